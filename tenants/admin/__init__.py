from tenants.admin import access, configuration, platform
from tenants.adminkit import register_admin_url
from tenants.views import switch_tenant

__all__ = ["access", "configuration", "platform"]

register_admin_url("switch-tenant/", "switch-tenant", switch_tenant)
