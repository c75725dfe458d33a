"""Secrecy of personal numbers at rest: encryption with rotating keys, and a keyed hash for finding equals (Y05)."""

import hashlib
import hmac
import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


@cache
def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def encrypt(text: str) -> str:
    """A token that `decrypt` reads back; empty stays empty."""
    return _fernet().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """The clear text. Raises `cryptography.fernet.InvalidToken` when no key of KTP_FIELD_KEYS fits."""
    return _fernet().decrypt(token.encode()).decode() if token else ""


def keyed_hash(text: str) -> str:
    """64 hexadecimal digits, equal for equal texts, useless without the key. Not changed by key rotation."""
    return hmac.new(settings.HASH_KEY.encode(), text.encode(), hashlib.sha256).hexdigest() if text else ""


def seal(*parts: Any) -> str:
    """The keyed hash of what JSON can say: who has only the database can't make it for something else."""
    return keyed_hash(json.dumps(parts, ensure_ascii=False, sort_keys=True))


__all__ = ["InvalidToken", "decrypt", "encrypt", "keyed_hash", "seal"]
