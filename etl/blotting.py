"""Blots secrets out of what is about to be shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import AnyStr

SHORTEST = 4  # characters; blotting out what is shorter would leave little of the rest


def blotted(text: AnyStr, secrets: Iterable[AnyStr], blot: AnyStr) -> AnyStr:
    """Blot out secrets, the longest first, so that none is left in part."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, blot)
    return text
