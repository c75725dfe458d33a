"""All settings, from the environment only.

KTP_MODE says what this process is: `production` (the default), `demo` (./dev run) or `test` (./dev test).
Production refuses to start on a missing key, on SQLite and on the captcha test mode (shared rules C02, F33, L02).
"""

import logging
import os
import warnings
from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env("KTP_MODE", default="production")
if MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("KTP_MODE 只能是 production、demo 或 test")
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
VAR_DIR = Path(env("KTP_VAR_DIR", default=str(BASE_DIR / "var")))


def required(name: str, stand_in: str) -> str:
    """An environment value that production must set; demo and test may use `stand_in`."""
    value = env(name, default="" if PRODUCTION else stand_in)
    if not value:
        raise ImproperlyConfigured(f"缺少环境变量 {name}：生产环境必须设置")
    return value


DEBUG = env.bool("DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("生产环境不能打开 DEBUG")
SECRET_KEY = required("SECRET_KEY", "demo-only-not-a-secret-0123456789-0123456789-0123456789")
# Fernet keys for personal numbers at rest, newest first; old ones stay for reading (key rotation, Y05).
FIELD_KEYS = required("KTP_FIELD_KEYS", "a3RwLWRlbW8tZmllbGQta2V5LW5vdC1hLXNlY3JldCE=").split(",")
# Key of the hashes by which equal identity numbers are found; never rotated, so apart from the others.
HASH_KEY = required("KTP_HASH_KEY", "demo-only-hash-key")
ALLOWED_HOSTS = required("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")
# Absolute addresses (QR code, mail) come from here, never from the Host header (N08).
BASE_URL = required("KTP_BASE_URL", f"http://127.0.0.1:{env('PORT', default='8000')}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []
PROVINCE_NAME = env("KTP_PROVINCE_NAME", default="湖北省")
PROVINCE_SHORT = env("KTP_PROVINCE_SHORT", default="鄂")  # in agreement numbers
SITE_NAME = f"{PROVINCE_NAME}科技特派员管理服务系统"

INSTALLED_APPS = [
    "portal.apps.AdminConfig",  # the Django admin, behind the portal's own login
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "guardian",
    "captcha",
    "axes",
    "csp",
    "accounts",
    "attachments",
    "review",
    "applications",
    "agreements",
    "stats",
    "portal.apps.PortalConfig",
]

MIDDLEWARE = [
    # what every answer bears comes first, so that refusals of those below bear it too
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.CleanInput",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.Sessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ktp.urls"
WSGI_APPLICATION = "ktp.wsgi.application"
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
                "portal.context.frame",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default="" if PRODUCTION else f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
_db = DATABASES["default"]
if not _db:
    raise ImproperlyConfigured("缺少环境变量 DATABASE_URL：生产环境必须使用 PostgreSQL")
if _db["ENGINE"].endswith("sqlite3"):
    if PRODUCTION:
        raise ImproperlyConfigured("生产环境不能使用 SQLite，请用 DATABASE_URL 指定 PostgreSQL")
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE + WAL: without both, 35-47 % of concurrent read-then-write requests fail with "database is locked".
    _db["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-20000;"
        "PRAGMA temp_store=MEMORY;",
    }
    _db["CONN_MAX_AGE"] = None
else:
    _db["CONN_MAX_AGE"] = 60
    _db["CONN_HEALTH_CHECKS"] = True
    # random_page_cost: with the data in memory, or on SSD, an index look-up costs little more than a page of a scan.
    # jit: to compile a statement takes longer than any of ours gains by it.
    _db.setdefault("OPTIONS", {})["options"] = (
        "-c lock_timeout=3s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s"
        " -c random_page_cost=1.1 -c jit=off"
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.RoleBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: anonymous visitors hold no object permission, so no row for them
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "portal:workbench"
LOGOUT_REDIRECT_URL = "portal:home"
PASSWORD_HASHERS = ["accounts.hashers.Argon2", "accounts.hashers.OneTime"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("username", "real_name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip

CAPTCHA_TEST_MODE = env.bool("KTP_CAPTCHA_TEST_MODE", default=False)
if PRODUCTION and CAPTCHA_TEST_MODE:
    raise ImproperlyConfigured("生产环境不能打开验证码测试模式（KTP_CAPTCHA_TEST_MODE）")
# The library's own warning of it, at each start of the demo and of every test.
warnings.filterwarnings("ignore", "CAPTCHA_TEST_MODE is enabled", RuntimeWarning)
logging.getLogger("captcha.conf.settings").setLevel("CRITICAL")
CAPTCHA_TIMEOUT = 15  # minutes: the registration form takes some people that long
CAPTCHA_FONT_SIZE, CAPTCHA_LETTER_ROTATION = 38, (-14, 14)
CAPTCHA_IMAGE_SIZE = (300, 112)  # drawn at twice the font size, shown at about half of this
CAPTCHA_FOREGROUND_COLOR, CAPTCHA_BACKGROUND_COLOR = "#1d4f7c", "#ffffff"
CAPTCHA_NOISE_FUNCTIONS = ("captcha.helpers.noise_arcs",)

# Failed logins lock one account for one address, so that nobody can lock an officer out (L06).
AXES_FAILURE_LIMIT, AXES_COOLOFF_TIME = 5, timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS, AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = True, False
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "accounts.access.client_ip"
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# The header in which our own proxy writes the visitor's address, overwriting what the visitor sent; none: the peer's.
CLIENT_IP_HEADER = env("KTP_CLIENT_IP_HEADER", default="")
# Notices go out by e-mail too where EMAIL_URL names a server (smtp+tls://user:password@host:587); else by inbox alone.
EMAIL_URL = env("EMAIL_URL", default="")
EMAIL_TIMEOUT = 20
vars().update(env.email_url("EMAIL_URL") if EMAIL_URL else {})
DEFAULT_FROM_EMAIL = env("KTP_MAIL_FROM", default="ktp@localhost")
# From one address, in an hour: captchas, accounts, failed logins, objections to a public list of names, and searches of
# what is public (of who is logged in, by person).
CAPTCHAS_PER_HOUR = env.int("KTP_CAPTCHAS_PER_HOUR", default=1_000)
CAPTCHA_WORDS_PER_HOUR = env.int("KTP_CAPTCHA_WORDS_PER_HOUR", default=60)
REGISTRATIONS_PER_HOUR = env.int("KTP_REGISTRATIONS_PER_HOUR", default=20)
LOGIN_FAILURES_PER_HOUR = env.int("KTP_LOGIN_FAILURES_PER_HOUR", default=100)
OBJECTIONS_PER_HOUR = env.int("KTP_OBJECTIONS_PER_HOUR", default=10)
SEARCHES_PER_HOUR = env.int("KTP_SEARCHES_PER_HOUR", default=1_000)

SESSION_COOKIE_AGE = 12 * 3600
IDLE_OFFICER, IDLE_APPLICANT = 30 * 60, 2 * 3600  # seconds without a click after which a session ends (L10)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("KTP_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sid", "__Host-csrf"
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE, TIME_ZONE = "zh-hans", "Asia/Shanghai"
USE_I18N = USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = Path(env("KTP_MEDIA_ROOT", default=str(VAR_DIR / "media")))  # never routed: files go out by views only
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
FILE_UPLOAD_PERMISSIONS = 0o640
# Sheets typeset at once when many are asked for; by the worker, none by a page.
PDF_PROCESSES = env.int("KTP_PDF_PROCESSES", default=len(os.sched_getaffinity(0)))
FILE_UPLOAD_HANDLERS = [
    "attachments.uploadhandler.LimitedUploadHandler",  # first: nothing beyond the limit reaches memory or disk
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 501  # of a folder of scans; what one request may hold, the upload handler limits

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# Faults go to standard error in every mode; Django alone would write them only when DEBUG is on.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler", "level": "WARNING", "formatter": "line"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "CRITICAL"},  # portal.errors writes a fault once, with its reference
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody can fill the log with it
    },
}
