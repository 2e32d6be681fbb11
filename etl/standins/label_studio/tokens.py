"""Who is calling: legacy tokens, and personal access tokens with their short-lived keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.standins.clock import Clock
    from etl.standins.exchange import Json

ACCESS_LIFETIME = 300
_REFRESH = "refresh"
_TWO_CENTURIES = 200 * 365 * 86400
_NOT_PROVIDED = "Authentication credentials were not provided."
_LEGACY_DISABLED = (
    "Authentication token no longer valid: legacy token authentication "
    "has been disabled for this organization"
)


class Unauthorized(PermissionError):
    """The credentials name nobody, with the exact words of the server."""


class Tokens:
    """Mints and checks tokens; `settings` are the organisation's two switches."""

    def __init__(self, clock: Clock, *, legacy_enabled: bool) -> None:
        """Start with no tokens and a signing key of its own."""
        self.settings = {
            "api_tokens_enabled": True,
            "legacy_api_tokens_enabled": legacy_enabled,
        }
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._legacy: dict[str, int] = {}
        self._personal: dict[int, list[str]] = {}
        self._blacklist: set[str] = set()

    def add_legacy(self, user_id: int, token: str) -> None:
        """Give a user a legacy token."""
        self._legacy[token] = user_id

    def personal(self, user_id: int) -> str | None:
        """Return the valid personal token of a user, of which there is one at most."""
        return next((one for one in self.all_personal(user_id)), None)

    def all_personal(self, user_id: int) -> list[str]:
        """Return the personal tokens of a user which are not revoked."""
        minted = self._personal.get(user_id, [])
        return [one for one in minted if self._claims(one)["jti"] not in self._blacklist]

    def mint(self, user_id: int) -> str:
        """Make a personal token, which is a refresh token in truth."""
        token = self._signed(_REFRESH, user_id, _TWO_CENTURIES)
        self._personal.setdefault(user_id, []).append(token)
        return token

    def access(self, refresh: str) -> str:
        """Exchange a personal token for an access token."""
        claims = self.refreshing(refresh)
        return self._signed("access", int(claims["user_id"]), ACCESS_LIFETIME)

    def refreshing(self, refresh: str) -> dict[str, Json]:
        """Return the claims of a personal token that may be exchanged."""
        claims = self._claims(refresh)
        if not claims:
            raise Unauthorized("Token is invalid")
        if claims["token_type"] != _REFRESH:
            raise Unauthorized("Token has wrong type")
        if claims["jti"] in self._blacklist:
            raise Unauthorized("Token is blacklisted")
        return claims

    def revoke(self, refresh: str) -> bool:
        """Blacklist a personal token, even one shown without its signature."""
        for token in (one for minted in self._personal.values() for one in minted):
            jti = self._claims(token)["jti"]
            if token.startswith(refresh) and jti not in self._blacklist:
                self._blacklist.add(jti)
                return True
        return False

    def caller(self, headers: Mapping[str, str]) -> int:
        """Return the id of the user a request comes from."""
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            return self._bearer(secret.strip())
        legacy = secret.strip() if scheme == "Token" else headers.get("x-api-key")
        if not legacy:
            raise Unauthorized(_NOT_PROVIDED)
        if legacy not in self._legacy:
            raise Unauthorized("Invalid token.")
        if not self.settings["legacy_api_tokens_enabled"]:
            raise Unauthorized(_LEGACY_DISABLED)
        return self._legacy[legacy]

    def _bearer(self, token: str) -> int:
        claims = self._claims(token)
        usable = claims.get("token_type") == "access" and self.settings["api_tokens_enabled"]
        # Expired, forged and misused tokens cannot be told apart by their answer.
        if not usable or claims["exp"] <= self._clock.now().timestamp():
            raise Unauthorized(_NOT_PROVIDED)
        return int(claims["user_id"])

    def _signed(self, kind: str, user_id: int, lifetime: int) -> str:
        now = int(self._clock.now().timestamp())
        claims = {
            "token_type": kind,
            "exp": now + lifetime,
            "iat": now,
            "jti": secrets.token_hex(16),
            "user_id": str(user_id),
        }
        unsigned = f"{_base64({'alg': 'HS256', 'typ': 'JWT'})}.{_base64(claims)}"
        return f"{unsigned}.{self._signature(unsigned)}"

    def _signature(self, unsigned: str) -> str:
        digest = hmac.new(self._key, unsigned.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _claims(self, token: str) -> dict[str, Json]:
        unsigned, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(unsigned).encode(), signature.encode()):
            return {}
        payload = unsigned.partition(".")[2]
        claims: dict[str, Json] = json.loads(base64.urlsafe_b64decode(payload + "=="))
        return claims


def _base64(value: Json) -> str:
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()
