"""How static files are kept where the site runs for real."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN_SCRIPTS = "js/*.js"  # those of other people's packages may speak of files that they do not bring along
IMPORT = (r'(?P<matched>from "(?P<url>\./[^"]+|\.\./[^"]+)";)', 'from "%(url)s";')


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Every file under a name that changes with its content, also where one of our scripts imports another."""

    patterns = (*CompressedManifestStaticFilesStorage.patterns, (OWN_SCRIPTS, (IMPORT,)))
