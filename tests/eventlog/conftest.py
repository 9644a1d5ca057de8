from tests.tenants.conftest import ours, staff, superuser, theirs  # noqa: F401
