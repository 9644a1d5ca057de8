from __future__ import annotations

from unfold import admin as skin

from tenants.adminkit.forms import OwnChoicesMixin, TenantForm
from tenants.adminkit.rights import RightsMixin


class TabularInline(RightsMixin, OwnChoicesMixin, skin.TabularInline):
    form = TenantForm
    extra = 0


class StackedInline(RightsMixin, OwnChoicesMixin, skin.StackedInline):
    form = TenantForm
    extra = 0
