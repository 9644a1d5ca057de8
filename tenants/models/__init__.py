from tenants.models.api_key import ApiKey
from tenants.models.api_key_use import ApiKeyUse
from tenants.models.idempotency import IdempotencyRecord
from tenants.models.market import Market, MarketGroup
from tenants.models.membership import RIGHTS, Membership, Right, Role
from tenants.models.secret import Secret, SecretIsFinal
from tenants.models.store import Store
from tenants.models.tenant import Tenant
from tenants.models.usage import InUse, register_usage, usages

__all__ = [
    "RIGHTS",
    "ApiKey",
    "ApiKeyUse",
    "IdempotencyRecord",
    "InUse",
    "Market",
    "MarketGroup",
    "Membership",
    "Right",
    "Role",
    "Secret",
    "SecretIsFinal",
    "Store",
    "Tenant",
    "register_usage",
    "usages",
]
