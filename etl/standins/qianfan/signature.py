"""bce-auth-v1 as the server computes it, written from the public text alone."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.standins.exchange import Request

VERSION = "bce-auth-v1"
_PARTS = 6
_DEFAULT = frozenset({"host", "content-length", "content-type", "content-md5"})


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """The header taken apart; nothing in it is checked yet."""

    access_key: str
    timestamp: str
    lifetime: str
    signed: tuple[str, ...]
    signature: str

    @property
    def prefix(self) -> str:
        """Return what the signing key is derived from."""
        return f"{VERSION}/{self.access_key}/{self.timestamp}/{self.lifetime}"


def parsed(header: str) -> Authorization | None:
    """Take a header apart, or return nothing when it is of another form."""
    parts = header.split("/")
    if len(parts) != _PARTS or parts[0] != VERSION or not all((*parts[1:4], parts[5])):
        return None
    return Authorization(
        access_key=parts[1],
        timestamp=parts[2],
        lifetime=parts[3],
        signed=tuple(name.lower() for name in parts[4].split(";") if name),
        signature=parts[5],
    )


def signature(secret: str, authorization: Authorization, request: Request) -> str:
    """Compute what the last part of the header has to be."""
    key = _digest(secret, authorization.prefix)
    return _digest(key, canonical_request(request, authorization.signed))


def canonical_request(request: Request, signed: Sequence[str]) -> str:
    """Write a request as the four blocks of lines that are signed; the body is not."""
    path = request.path if request.path.startswith("/") else f"/{request.path}"
    query = canonical_query(request.params)
    headers = canonical_headers(request.headers, signed)
    return "\n".join((request.method.upper(), quote(path, safe="/"), query, headers))


def canonical_query(params: Sequence[tuple[str, str]]) -> str:
    """Sort finished `key=value` texts, which is not the order of the keys."""
    kept = [pair for pair in params if pair[0].lower() != "authorization"]
    return "&".join(
        sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in kept)
    )


def canonical_headers(headers: Mapping[str, str], signed: Sequence[str]) -> str:
    """Write the headers listed, or the default set when none is; empty ones are skipped."""
    names = signed or [name for name in headers if name in _DEFAULT or name.startswith("x-bce-")]
    values = {name: headers.get(name, "").strip() for name in names}
    lines = [f"{_escaped(name)}:{_escaped(value)}" for name, value in values.items() if value]
    return "\n".join(sorted(lines))


def same(one: str, other: str) -> bool:
    """Compare two signatures in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def _escaped(text: str) -> str:
    # http.server reads header bytes as Latin-1, so this gives back the bytes sent.
    return quote(text, safe="", encoding="latin-1", errors="replace")


def _digest(key: str, message: str) -> str:
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()
