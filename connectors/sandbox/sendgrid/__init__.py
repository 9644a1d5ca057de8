"""SendGrid: permissions of a key, mail, and signed events about it.

Docs: https://www.twilio.com/docs/sendgrid/api-reference. Every key `SG.…` is good for everything. What becomes of a mail is
told by the word before the @: bounce, blocked, dropped, deferred, spam (bounce+1@… too); all others are delivered.
"""

from connectors.sandbox.sendgrid.api import Sendgrid

__all__ = ["Sendgrid"]
