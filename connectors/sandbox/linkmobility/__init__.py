"""LINK Mobility's Common API: single messages, batches, and delivery reports about both.

Docs: "SMS REST API, MT and Delivery Reports". Any user name and password are good. What becomes of a message is told by the
last digits of its number: …0404 nobody has it, …0408 expires, …0409 is blocked at once, …0412 comes late; all others
are delivered.
"""

from connectors.sandbox.linkmobility.api import Linkmobility

__all__ = ["Linkmobility"]
