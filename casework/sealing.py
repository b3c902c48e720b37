"""Secrets at rest: the keys of robots are kept encrypted with a key that follows from ``SECRET_KEY``.

Whoever gets a copy of the database alone cannot write into a chat. Where ``SECRET_KEY`` was changed without keeping the
old one among ``SECRET_KEY_FALLBACKS``, what was sealed cannot be read any more and has to be entered anew.
"""

import json
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"casework.sealing"


class Unreadable(Exception):
    """What was sealed with a key that is no longer known."""


def seal(**values: str) -> str:
    return _cipher().encrypt(json.dumps(values).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """What was sealed; raises ``Unreadable``."""
    try:
        return json.loads(_cipher().decrypt(sealed.encode()))
    except InvalidToken:
        raise Unreadable from None


def _cipher() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(key)) for key in keys])


def _key(secret: str) -> bytes:
    return urlsafe_b64encode(HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret.encode()))
