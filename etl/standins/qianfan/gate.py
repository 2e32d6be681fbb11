"""Who may come in: access keys, temporary ones with their token, and the age of a signature."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from etl.standins.qianfan import refusals, signature
from etl.standins.qianfan.refusals import Refusal

if TYPE_CHECKING:
    from etl.standins.clock import Clock
    from etl.standins.exchange import Request
    from etl.standins.qianfan.signature import Authorization

TOKEN_HEADER = "x-bce-security-token"  # noqa: S105


@dataclass(frozen=True)
class Key:
    """A secret, and the token that must come with it when the key is temporary."""

    secret: str
    token: str | None = None


@dataclass(kw_only=True)
class Gate:
    """Checks every request; `mismatch` may be replaced by another wording of the platform."""

    clock: Clock
    keys: dict[str, Key] = field(default_factory=dict)
    mismatch: Refusal = field(default_factory=refusals.mismatch)
    early: timedelta = timedelta(minutes=15)

    def add(self, access_key: str, secret: str, token: str | None = None) -> None:
        """Let a key in; with a `token` it is a temporary one of the STS."""
        self.keys[access_key] = Key(secret, token)

    def revoke(self, access_key: str) -> None:
        """Let a key in no more."""
        del self.keys[access_key]

    def admit(self, request: Request) -> None:
        """Pass, or raise what the gateway would answer."""
        authorization = signature.parsed(request.headers.get("authorization", ""))
        if authorization is None:
            raise refusals.bad_header()
        self._whole(authorization, request)
        key = self._key(authorization, request)
        self._young(authorization)
        right = signature.signature(key.secret, authorization, request)
        if not signature.same(right, authorization.signature):
            raise self.mismatch
        if key.token and authorization.signed and TOKEN_HEADER not in authorization.signed:
            raise self.mismatch

    def _whole(self, authorization: Authorization, request: Request) -> None:
        """Insist on the host, and on every header that is said to be signed."""
        absent = [name for name in authorization.signed if name not in request.headers]
        if absent or (authorization.signed and "host" not in authorization.signed):
            raise refusals.bad_header()

    def _key(self, authorization: Authorization, request: Request) -> Key:
        key = self.keys.get(authorization.access_key)
        if key is None:
            raise refusals.unknown_key()
        if key.token is not None and request.headers.get(TOKEN_HEADER, "").strip() != key.token:
            raise refusals.unknown_key()
        return key

    def _young(self, authorization: Authorization) -> None:
        """Compare the signature's time and lifetime with the server's clock."""
        try:
            signed = datetime.strptime(authorization.timestamp, "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007
            ends = timedelta(seconds=int(authorization.lifetime))
        except (ValueError, OverflowError) as error:
            raise refusals.bad_header() from error
        age = self.clock.now() - signed.replace(tzinfo=UTC)
        if age > ends or -age > self.early:
            raise refusals.expired(authorization.timestamp)
