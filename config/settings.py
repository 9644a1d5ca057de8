"""What differs between installations comes from the environment; .env.example explains each variable."""

from pathlib import Path
from urllib.parse import urlsplit

import environ

from config import databases, keyring, logs
from tenants import navigation

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

# Production unless said otherwise: a forgotten variable must not open anything.
CROSSDOCK_ENV = env.str("CROSSDOCK_ENV", default="production")
PRODUCTION = CROSSDOCK_ENV != "development"
DEBUG = env.bool("DJANGO_DEBUG", default=False)
INSECURE_SECRET_KEY = "insecure-only-for-commands-that-need-no-key"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_SECRET_KEY)
CROSSDOCK_PUBLIC_URL = env.str("CROSSDOCK_PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
# Loopback always: health probes ask from inside.
ALLOWED_HOSTS = [
    *env.list("ALLOWED_HOSTS", default=[urlsplit(CROSSDOCK_PUBLIC_URL).hostname or "localhost"]),
    "localhost",
    "127.0.0.1",
    "[::1]",
]

CROSSDOCK_ENCRYPTION_KEYS = keyring.parse(env.list("CROSSDOCK_ENCRYPTION_KEYS", default=[]))
CROSSDOCK_EVENT_DAYS = env.int("CROSSDOCK_EVENT_DAYS", default=395)
CROSSDOCK_EVENT_PAYLOAD_DAYS = env.int("CROSSDOCK_EVENT_PAYLOAD_DAYS", default=30)
CROSSDOCK_EGRESS_ALLOW = env.list("CROSSDOCK_EGRESS_ALLOW", default=[])
CROSSDOCK_SANDBOX_URL = env.str("CROSSDOCK_SANDBOX_URL", default="").rstrip("/")
# Seconds for which a process goes by the event subscriptions that it has read.
CROSSDOCK_FOLLOWERS_TRUSTED_FOR = env.float("CROSSDOCK_FOLLOWERS_TRUSTED_FOR", default=1.0)
CROSSDOCK_WORKER_DEAD_AFTER = env.int("CROSSDOCK_WORKER_DEAD_AFTER", default=30)
CROSSDOCK_WORKER_HUNG_AFTER = env.int("CROSSDOCK_WORKER_HUNG_AFTER", default=30)
CROSSDOCK_PUMP_LINGER = env.float("CROSSDOCK_PUMP_LINGER", default=1.0)
CROSSDOCK_PUMP_THREADS = env.int("CROSSDOCK_PUMP_THREADS", default=128)
CROSSDOCK_TRAFFIC_SYNC = env.float("CROSSDOCK_TRAFFIC_SYNC", default=1.0)
CROSSDOCK_API_RATE = env.float("CROSSDOCK_API_RATE", default=200.0)
CROSSDOCK_RETRY_SCHEDULE = env.list(
    "CROSSDOCK_RETRY_SCHEDULE", cast=float, default=[30, 120, 600, 1800, 3600, 7200, 14400, 28800]
)

INSTALLED_APPS = [
    # The skin overrides templates of the apps below it.
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_q",
    "tenants.apps.TenantsConfig",
    "eventlog.apps.EventlogConfig",
    "connectors.apps.ConnectorsConfig",
    "workflows.apps.WorkflowsConfig",
    "payments.apps.PaymentsConfig",
    "shipping.apps.ShippingConfig",
    "config.apps.CrossdockConfig",
    "simple_history",  # after the tenants, whose commands of the same names know every tenant
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tenants.middleware.TenantMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "config.urls"
LOGIN_REDIRECT_URL = "admin:index"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# The admin's frame; the skin calls the functions that it names.
UNFOLD = navigation.UNFOLD

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# --- database ---------------------------------------------------------------------------------------------

DATABASES = {
    "default": databases.tuned(
        env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'crossdock.sqlite3'}"),
        # With 0 the broker of django-q2 would open a connection for every look at its table.
        conn_max_age=env.int("CONN_MAX_AGE", default=60),
        # Off where a pooler between gives each transaction another connection, such as an old PgBouncer.
        prepares=env.bool("DATABASE_PREPARED_STATEMENTS", default=True),
    )
}
ON_SQLITE = databases.is_sqlite(DATABASES["default"])

# --- worker -----------------------------------------------------------------------------------------------

# Seconds of one pump slice. Where one process does everything, scheduled tasks are not kept waiting for orders.
CROSSDOCK_PUMP_SLICE = env.int("CROSSDOCK_PUMP_SLICE", default=5 if ON_SQLITE else 60)
Q_CLUSTER = {
    "name": "crossdock",
    "orm": "default",
    "workers": env.int("CROSSDOCK_WORKERS", default=1 if ON_SQLITE else 2),
    # A task is one pump slice and the calls under way at its end (60 s at most); a timeout that hits it
    # would lose answers of calls already made.
    "timeout": CROSSDOCK_PUMP_SLICE + 120,
    "retry": 600,
    "bulk": 1,
    "poll": 0.05,
    "recycle": 500,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "label": "Wake-ups",
    "ALT_CLUSTERS": {},
}

# --- web --------------------------------------------------------------------------------------------------

CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[CROSSDOCK_PUBLIC_URL])
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=False)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0)
if env.bool("TRUST_PROXY_HEADERS", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

STATIC_URL = "static/"
# Collected for production only; elsewhere files come straight from the apps.
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# The largest body of any page or call; views of the API say what they take.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# A connector that maps a few hundred fields sends six values for each of them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.apikit.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "tenants.apikit.schema.ScopedSchema",
    "EXCEPTION_HANDLER": "tenants.apikit.problem_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Crossdock",
    "DESCRIPTION": (
        "Orders, their statuses and what their workflow steps did.\n\n"
        "Every call needs an API key with the scope that its description names. Errors are problem documents (RFC 9457) "
        "that name the field and the cure. Lists are read page by page through `next`; with `modified_since` they tell "
        "what changed, oldest change first. `fields` narrows what is answered. A POST with an Idempotency-Key may be sent "
        "again without a second effect. Calls whose address ends in `bulk/` keep the good rows and tell what is wrong "
        "with each of the others."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "TAGS": [
        {"name": "Checkout", "description": "What a shop asks while the shopper decides."},
        {"name": "Orders", "description": "Place, read, change and move orders, and act on them by hand."},
        {"name": "Workflow results", "description": "What the steps of a status did; resume and run again."},
        {"name": "Payments", "description": "What was authorised, captured, refunded and cancelled."},
        {"name": "Shipments", "description": "Parcels, labels and their way to the recipient."},
        {"name": "Printing", "description": "Labels that wait for a printer of a warehouse."},
        {"name": "Customers", "description": "Buyers that are known by number."},
        {"name": "Products", "description": "What orders may hold."},
        {"name": "Inventory", "description": "What each store has."},
        {"name": "Markets", "description": "Where is sold, and in which currency."},
        {"name": "Connectors", "description": "Which connector serves, and why."},
        {
            "name": "Configuration",
            "description": "Connectors, payment methods, shipping providers and order types: drafts, versions, publishing.",
        },
        {"name": "Scheduled tasks", "description": "What is done again and again."},
        {"name": "Event log", "description": "Everything that happened, and every call to a vendor."},
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "CartKindEnum": "connectors.contracts.validation.KINDS",
        "ConfigurationStateEnum": "connectors.api.configuration_serializers.CONFIGURATION_STATES",
        "DeliveryStateEnum": "connectors.api.subscription_serializers.DELIVERY_STATES",
        "EventCategoryEnum": "eventlog.events.CATEGORIES",
        "PaymentStateEnum": "payments.models.PaymentState",
        "EventOutcomeEnum": "eventlog.events.OUTCOMES",
        "PrintStateEnum": "shipping.models.PrintState",
        "RowOutcomeEnum": "tenants.apikit.bulk.OUTCOMES",
        "RunStateEnum": "workflows.models.RunState",
        "ShipmentStateEnum": "shipping.models.ShipmentState",
        "StepStateEnum": "workflows.models.StepState",
    },
}

# --- logging ----------------------------------------------------------------------------------------------

LOGGING = logs.settings(
    formatter=env.str("CROSSDOCK_LOG_FORMAT", default="plain"),
    level=env.str("CROSSDOCK_LOG_LEVEL", default="INFO"),
)
