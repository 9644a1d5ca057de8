"""What every admin page of Crossdock is built with. The only place that knows the admin skin."""

from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action
from unfold.paginator import InfinitePaginator as UncountedPaginator

from tenants.adminkit.display import badge, display
from tenants.adminkit.forms import (
    LineField,
    ManyOfField,
    NamesField,
    OneOfField,
    SeveralOfField,
    TenantForm,
    UserForms,
    WordsField,
)
from tenants.adminkit.inlines import OneRowInline, StackedInline, TabularInline
from tenants.adminkit.json_field import JsonField
from tenants.adminkit.keyset import KeysetChangeList, batches
from tenants.adminkit.masking import Masked
from tenants.adminkit.options import PlatformAdmin, ReadOnlyAdmin, TenantAdmin, TrackedAdmin
from tenants.adminkit.pages import link, link_to, pretty_json, register_admin_url
from tenants.adminkit.publish import PublishAdmin
from tenants.adminkit.rights import may
from tenants.adminkit.time_range import TimeRangeFilter
from tenants.navigation import register_page

__all__ = [
    "ChoicesDropdownFilter",
    "DropdownFilter",
    "JsonField",
    "KeysetChangeList",
    "LineField",
    "ManyOfField",
    "Masked",
    "NamesField",
    "OneOfField",
    "OneRowInline",
    "PlatformAdmin",
    "PublishAdmin",
    "ReadOnlyAdmin",
    "SeveralOfField",
    "StackedInline",
    "TabularInline",
    "TenantAdmin",
    "TenantForm",
    "TimeRangeFilter",
    "TrackedAdmin",
    "UncountedPaginator",
    "UserForms",
    "WordsField",
    "action",
    "badge",
    "batches",
    "display",
    "link",
    "link_to",
    "may",
    "pretty_json",
    "register_admin_url",
    "register_page",
]
