"""One settings file; whatever differs between machines comes from the environment (or a file `.env`)."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"  # everything that a running site writes

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
PRODUCTION = env.bool("PRODUCTION", default=False)


def embedded_secret():
    """The secret key of a trial installation: made once, kept beside the embedded database."""
    from django.core.management.utils import get_random_secret_key

    VAR_DIR.mkdir(exist_ok=True)
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.write_text(get_random_secret_key())
        path.chmod(0o600)
    return path.read_text()


# In production a missing SECRET_KEY stops the start; a trial makes its own.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # former ones: what they sealed stays readable
SECRET_KEY = env.str("SECRET_KEY") if PRODUCTION else env.str("SECRET_KEY", default="") or embedded_secret()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "heroicons",
    "students",
    "casework",
    "scoring",
    "inspections",
    "reports",
    "returns",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.views.refused_unread",
    "django.middleware.gzip.GZipMiddleware",
    "students.middleware.key_of_the_device",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "students.middleware.LogInFirst",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "students.middleware.scope_of_the_request",
    "students.middleware.first_password_change",
    "config.views.explained_refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "students.context.page_frame",
            ],
            "builtins": ["heroicons.templatetags.heroicons", "students.templatetags.chinese"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
        },
    }
]

# DATABASE_URL unset = the embedded database, for a trial or one small school.
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'shouxue.sqlite3'}")}
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(exist_ok=True)
    # IMMEDIATE takes the write lock at once, so two writers wait for each other instead of failing half-way.
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;",
    }
else:
    DATABASE["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    DATABASE["CONN_HEALTH_CHECKS"] = True
    # Compiling a statement of a page takes PostgreSQL ten times as long as running it.
    DATABASE.setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "students.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "students.authentication.PostedPersonBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "staff_number", "name", "phone"), "max_similarity": 0.6},
    },
    {"NAME": "students.passwords.LongEnough", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "students:log_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "students:log_in"

# A school shares one address, so a lock is on the pair of name and address, never on the address alone.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "students.views.accounts.locked_out"
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "password"]

SESSION_COOKIE_AGE = 60 * 60 * 12  # one working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
DEVICE_KEY_COOKIE = "device_key"  # lives and dies with the session's own (students.middleware.key_of_the_device)
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Long work is done by `manage.py db_worker`, which takes it from the database.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# How far a job has come: written beside the database, because a job's own transaction shows nothing until it ends.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "progress": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / "progress"},
}

# Where the links of a message lead; a trial knows nothing but its own machine.
SITE_URL = env.str(
    "SITE_URL",
    default=f"https://{ALLOWED_HOSTS[0].lstrip('*.')}" if PRODUCTION and ALLOWED_HOSTS else "http://127.0.0.1:8000",
).rstrip("/")
# EMAIL_URL unset = e-mail is not set up: what should go by e-mail waits, and the pages say so.
EMAIL_IS_SET_UP = bool(env.str("EMAIL_URL", default=""))
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if EMAIL_IS_SET_UP:
    globals().update({name: value for name, value in env.email_url("EMAIL_URL").items() if name.startswith("EMAIL_")})
EMAIL_TIMEOUT = 20  # seconds; a mail server that says nothing must not hold the worker
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="shouxue@localhost")
# Robots are reached at these origins and nowhere else, so that nobody can make the server knock at doors inside a
# network. The two settings add those of a platform that the county runs itself.
WEBHOOK_ORIGINS = {
    "wecom": ["https://qyapi.weixin.qq.com", *env.list("WECOM_ORIGINS", default=[])],
    "dingtalk": ["https://oapi.dingtalk.com", *env.list("DINGTALK_ORIGINS", default=[])],
}
if PRODUCTION and not all(each.startswith("https://") for origins in WEBHOOK_ORIGINS.values() for each in origins):
    raise ImproperlyConfigured("WECOM_ORIGINS 和 DINGTALK_ORIGINS 只能是 https:// 开头的地址。")
WEBHOOK_TIMEOUT = 10  # seconds

MAX_FILE_BYTES = 2 * 1024 * 1024  # a certificate or a proof: one picture or PDF
MAX_PHOTO_BYTES = 12 * 1024 * 1024  # a photograph as a telephone takes it; it is kept much smaller
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # one register of a large class, or a month's grid
MAX_WORKBOOK_BYTES = 10 * 1024 * 1024  # an upload in the browser; the command line accepts MAX_WORKBOOK_FILE_BYTES
MAX_OLD_WORKBOOK_BYTES = 32 * 1024 * 1024  # the same for an .xls, which is not packed: 20,000 × 71 cells are 25 MB
MAX_REQUEST_BYTES = 40 * 1024 * 1024  # anything sent, forms and files together; more is refused unread
MAX_WORKBOOK_FILE_BYTES = 100 * 1024 * 1024
MAX_WORKBOOK_UNPACKED_BYTES = 1024 * 1024 * 1024
UNDO_SECONDS = 30  # the page offers it for 10; the rest is for a slow line
ALERT_UNDO_SECONDS = 60  # 有学生不在 may be taken back by its author for as long
ONE_TIME_PASSWORD_DAYS = 14

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
DATE_FORMAT = "Y年n月j日"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.storage.HashedFiles"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "discreet": {"()": "config.logs.DiscreetFormatter", "format": "%(asctime)s %(levelname)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # What pypdf says of a broken file quotes it, and it may be a child's hospital certificate.
    "loggers": {"pypdf": {"level": "CRITICAL"}},
}
