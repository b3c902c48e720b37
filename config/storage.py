"""How static files are kept where the site runs for real."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Every file under a name that changes with its content, also where one script imports another."""

    support_js_module_import_aggregation = True
