"""Settings of the platform, read from the environment. docs/settings.md lists every variable."""

import datetime as dt
from pathlib import Path

import django_stubs_ext
import environ
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from voxysapps.edition import Edition, read_edition
from voxysapps.embedded.files import BASE_DIR, home, run_dir
from voxysapps.plugins import plugin_folders, translations
from voxysapps.redis_urls import broker_url, cache_url

# Lets admin and form classes name their model, as in ModelAdmin[Account].
django_stubs_ext.monkeypatch()

env = environ.Env()
RUN_DIR = run_dir()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Seal credentials at rest: the first key seals, all of them open (docs/security.md).
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[])
# Proxies before us, as networks: only they may say where a request comes from.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
# Private networks that hosts and connections may be in; by default outgoing requests reach none.
OUTGOING_NETWORKS = env.list("OUTGOING_NETWORKS", default=[])
# Multiplies every limit on requests (tenants.trust.quotas).
RATE_LIMIT_FACTOR = env.float("RATE_LIMIT_FACTOR", default=1.0)
# Where agents' browsers and the hosts' servers reach us, such as https://apps.example.com: published to hosts.
PUBLIC_URL = env.str("PUBLIC_URL", default="")
# Names under which the admin and the API answer, and frames do not; "*": both under every name.
ADMIN_HOSTS = env.list("ADMIN_HOSTS", default=[]) or (["*"] if DEBUG else [])
# Whether everybody who uses the admin needs a second factor; where not, they may still have one.
ADMIN_SECOND_FACTOR = env.bool("ADMIN_SECOND_FACTOR", default=not DEBUG)
# Who may read /metrics.
METRICS_NETWORKS = env.list("METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"])

# The stand-in host. It shows demonstration data only, and must be off in production.
SIMULATOR = env.bool("SIMULATOR", default=DEBUG)
# Somebody writes panels here: what happens is noted for the simulator, and cards say what is wrong in its own words.
DEVELOPMENT = DEBUG and SIMULATOR and env.bool("DEVELOPMENT", default=True)
# Read first of all: no plugin is loaded yet.
EDITION = read_edition(RUN_DIR) if DEVELOPMENT else Edition()

INSTALLED_APPS = [
    # Before the admin, whose templates it replaces; its other configuration would replace our site, too.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "voxysapps.admin_config.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "voxysapps",
    "voxysapps.second_factor",
    "voxysapps.bridge",
    "voxysapps.embedded",
    "voxysapps.simulator",
    "tenants",
    "panels",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Frames and webhooks go from here straight to the context middleware.
    "voxysapps.middleware.ShortcutMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "voxysapps.headers.AdminHeadersMiddleware",
    # Before anything that knows its users by a session.
    "voxysapps.second_factor.middleware.SecondFactorMiddleware",
    "tenants.middleware.AuditMiddleware",
    # Answers for a sign-in that was refused.
    "axes.middleware.AxesMiddleware",
    *(["voxysapps.simulator.development.middleware.DevelopmentMiddleware"] if DEVELOPMENT else []),
    "voxysapps.context.middleware.ContextMiddleware",
]

ROOT_URLCONF = "voxysapps.urls"
WSGI_APPLICATION = "voxysapps.wsgi.application"

# Slugs of panels and connectors that are not even imported: it rescues a start that a plugin spoils.
PANELS_EXCLUDE = [slug.strip() for slug in env.list("PANELS_EXCLUDE", default=[]) if slug.strip()]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # The wheel has them inside of the package; see setup.py.
        "DIRS": [BASE_DIR / "templates", BASE_DIR / "voxysapps" / "overrides"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                        # Last: a plugin's templates replace none of ours.
                        (
                            "django.template.loaders.filesystem.Loader",
                            plugin_folders("templates", without=PANELS_EXCLUDE),
                        ),
                    ],
                ),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{RUN_DIR / 'db.sqlite3'}")}
# A new connection per request costs more than the query (PostgreSQL: 2.7 times the request).
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if Path(DATABASES["default"]["NAME"]).parent == RUN_DIR:
        RUN_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;",
        "transaction_mode": "IMMEDIATE",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Without a Redis the cache and the queue live in this one process.
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "voxysapps.cache.RedisCache",
            "LOCATION": cache_url(REDIS_URL),
            "KEY_PREFIX": env.str("CACHE_PREFIX", default="voxys"),
        },
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "voxys",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        },
    }

CELERY_BROKER_URL = broker_url(REDIS_URL) if REDIS_URL else "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "global_keyprefix": env.str("BROKER_PREFIX", default="voxys:"),
        # Queues in the order in which the worker names them: whoever waits comes first.
        "queue_order_strategy": "priority",
        # A killed worker's tasks come back after this many seconds: above the longest task.
        "visibility_timeout": 120,
        # Kombu looks for lost tasks every 100 s by default.
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        # A request that publishes must not hang on a broker that is gone.
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
    }
    if REDIS_URL
    else {"polling_interval": 0.05}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Publishing fails at once when the broker is gone: the caller has something better to do.
CELERY_TASK_PUBLISH_RETRY = False
_BESIDES = {"queue": "prefetch", "expires": 60}
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_IGNORE_RESULT = True
# Never pickle: whoever can write into the queue would run code in the workers.
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# What happens by itself. `celery -A voxysapps beat` sends it; times are UTC.
CELERY_BEAT_SCHEDULE = {
    "prefetch": {"task": "panels.prefetch_next", "schedule": 15, "options": _BESIDES},
    "warm-open-conversations": {"task": "panels.warm_open_conversations", "schedule": 300, "options": _BESIDES},
    "plan-host-events": {"task": "tenants.plan_host_events", "schedule": 15, "options": _BESIDES},
    "drain-views": {"task": "tenants.drain_views", "schedule": 10, "options": _BESIDES},
    "preflight": {
        "task": "tenants.preflight_all",
        "schedule": crontab(hour="3-8", minute=7),  # after the first: to go on with a round that broke off
        "options": {"queue": "prefetch"},
    },
    "purge-idempotency-keys": {
        "task": "tenants.purge_idempotency_keys",
        "schedule": crontab(hour=2, minute=47),
        "options": {"queue": "prefetch"},
    },
    "purge-actions": {
        "task": "panels.purge_actions",
        "schedule": crontab(hour=2, minute=37),
        "options": {"queue": "prefetch"},
    },
    "purge-views": {
        "task": "tenants.purge_views",
        "schedule": crontab(hour=2, minute=17),
        "options": {"queue": "prefetch"},
    },
}
# Customers that all workers together fetch ahead at a time: fewer than they have threads, so that who waits is served.
PREFETCH_CONCURRENCY = env.int("PREFETCH_CONCURRENCY", default=2)
# Calls of one account's systems at a time, in all workers: fewer than they have threads, so that slow ones leave some.
ACCOUNT_CONCURRENCY = env.int("ACCOUNT_CONCURRENCY", default=3)
# How long a plugin of another package may take to be imported.
PANELS_IMPORT_SECONDS = env.float("PANELS_IMPORT_SECONDS", default=10.0)
# Set by the embedded run where no Redis can be started: a worker thread in the web process.
EMBEDDED_WORKER = env.bool("EMBEDDED_WORKER", default=False)

# Where mail leaves: agents' sign-in codes. Without it none does: with the stand-in host, mails can be read
# in its mailbox; otherwise they go nowhere, and `check --deploy` says so.
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
elif SIMULATOR:
    EMAIL_BACKEND = "voxysapps.simulator.mailbox.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Voxys dashboard apps <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Whoever opens the sign-in by itself goes on to the admin.
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = [
    # First: it refuses whoever has tried too often, before a password is looked at.
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Passwords: five wrong ones for a name at an address, fifty at an address, then a quarter of an hour of none.
# All of it is counted in the database, so it holds in every process, and with Redis away.
AXES_HANDLER = "voxysapps.second_factor.lockout.Handler"
AXES_FAILURE_LIMIT = 5
# The handler takes them in this order.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "voxysapps.second_factor.lockout.address_of"
AXES_USERNAME_CALLABLE = "voxysapps.second_factor.lockout.name_of"
AXES_CLIENT_STR_CALLABLE = "voxysapps.second_factor.lockout.describe_client"
AXES_LOCKOUT_CALLABLE = "voxysapps.second_factor.lockout.locked_out"
# Nothing is kept but failures, and those no longer than they count.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

OTP_TOTP_ISSUER = "Voxys dashboard apps"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.rest.access.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.rest.access.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["tenants.rest.access.TokenThrottle"],
    "DEFAULT_FILTER_BACKENDS": ["tenants.rest.lists.FieldFilter", "tenants.rest.lists.Search"],
    "DEFAULT_PAGINATION_CLASS": "tenants.rest.lists.Pages",
    "DEFAULT_PARSER_CLASSES": ["tenants.rest.parsers.PlainJsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "tenants.rest.schema.Operations",
    "EXCEPTION_HANDLER": "tenants.rest.problems.as_problem",
    "UNAUTHENTICATED_USER": None,
    # There is JSON only, and no parameter for another format.
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Voxys dashboard apps",
    "DESCRIPTION": "Accounts, their dashboard apps, placements and connections, publishing and pre-flight; operators.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "DEFAULT_GENERATOR_CLASS": "tenants.rest.schema.EnglishGenerator",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tenants.rest.schema.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "LightEnum": "tenants.models.Light",
        "SignInMethodEnum": "tenants.models.SignInMethod",
        "PluginKindEnum": "panels.models.PluginOffer.Kind",
        "PluginStateEnum": "panels.plugins.PluginState",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": False, "displayRequestDuration": True, "validatorUrl": None},
}

UNFOLD = {
    "SITE_TITLE": "Voxys dashboard apps",
    "SITE_HEADER": "Voxys dashboard apps",
    "SITE_URL": None,
    "SITE_ICON": "voxysapps.admin_site.icon",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "voxysapps.admin_site.icon"}],
    "STYLES": ["voxysapps.admin_site.stylesheet", "voxysapps.admin_site.stylesheet_rtl"],
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": "voxysapps.admin_site.language_address"},
    "SIDEBAR": {"navigation": "voxysapps.admin_site.navigation"},
    "ACCOUNT": {"navigation": "voxysapps.admin_site.account_links"},
    "DASHBOARD_CALLBACK": "tenants.admin.overview.overview",
    "GLOBAL_CALLBACK": "voxysapps.admin_site.extra_context",
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("de", _("German")),
    ("ar", _("Arabic")),
]
# The first one that knows a sentence translates it.
LOCALE_PATHS = [BASE_DIR / "voxysapps" / "locale", *translations(without=PANELS_EXCLUDE)]

STATIC_URL = "static/"
STATICFILES_DIRS = plugin_folders("static", without=PANELS_EXCLUDE)
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    # Plugins' files come last, and replace none of ours.
    "django.contrib.staticfiles.finders.FileSystemFinder",
]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(home() / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        ),
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# TLS ends at a proxy in production; these are what `check --deploy` asks for.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if DEBUG else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
SESSION_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SECURE = not DEBUG
LANGUAGE_COOKIE_SECURE = not DEBUG
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

# A request body past this is refused while it is read (host-contract 2.10: 5 MB).
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
# An uploaded file may hold credentials: none is ever written to the disk, as Django would do with large ones. One
# that is larger than FILE_UPLOAD_MAX_MEMORY_SIZE is dropped.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "voxysapps.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "texts": DEBUG,
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django's own handlers would write every line twice, and mail requests with all that is in them.
        "django": {"handlers": [], "level": "INFO"},
        # Refusals are counted (/metrics); their lines would only hold addresses.
        "django.request": {"level": "ERROR"},
        # It would say of every sign-in what it does.
        "axes": {"level": "WARNING"},
        # It logs a failing receiver's exception with its text; the planner logs the place.
        "django.dispatch": {"level": "CRITICAL"},
    },
}
