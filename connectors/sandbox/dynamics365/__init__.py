"""Dynamics 365 Business Central, API v2.0: login, companies, customers, items, item ledger, sales orders, invoices.

Docs: https://learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0. The login server is
/dynamics365/{tenant}/oauth2/v2.0/token, an environment /dynamics365/v2.0/{tenant}/{environment}/api/v2.0; each tenant and
environment has books of its own, with one company of the id COMPANY and the account 3900.
"""

from connectors.sandbox.dynamics365.api import Dynamics365
from connectors.sandbox.dynamics365.company import COMPANY

__all__ = ["COMPANY", "Dynamics365"]
