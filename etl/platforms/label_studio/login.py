"""Logging in to Label Studio, and what its refusals mean.

See https://labelstud.io/guide/access_tokens: a legacy token is sent as it is, a personal access
token is exchanged for an access token that lives five minutes.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Generator, Mapping
from typing import Annotated, Any

import httpx
import msgspec

from etl.auth import RefreshedToken, Token
from etl.errors import BadAnswer, SourceError, Unauthorized, Unreachable
from etl.exchange import Answer, Request
from etl.paging import excerpt, mapping
from etl.platforms.label_studio import refusals
from etl.source import Source
from etl.walk import Identity

ACCESS_LIFETIME = 240.0  # seconds; the server's access tokens live 300
WHOAMI = "/api/current-user/whoami"
WHERE = "make one in Label Studio under Account & Settings"


def is_personal(token: str) -> bool:
    """Tell a personal access token (a JWT of type refresh) from a legacy token."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004  # header, payload, signature
        return False
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error):
        return False
    return isinstance(claims, dict) and claims.get("token_type") == "refresh"


def authorise(source: Source) -> httpx.Auth:
    """Choose the flow by the look of the token."""
    token = source.secret("token")
    if not is_personal(token):
        return Token("Token", token)

    def fetch() -> httpx.Request:
        url = f"{source.url.rstrip('/')}/api/token/refresh/"
        return httpx.Request("POST", url, json={"refresh": token})

    return RefreshedToken(fetch, _access, ACCESS_LIFETIME)


def _access(response: httpx.Response) -> str:
    """Take the access token out of the answer of /api/token/refresh/."""
    if response.status_code in (400, 401, 403):
        said = _detail(response.content) or "no reason given"
        raise Unauthorized(
            f"the personal access token is refused ({said}); {WHERE} > Personal Access Token",
            response.status_code,
        )
    if response.status_code >= 500 or response.status_code == 429:  # noqa: PLR2004
        raise Unreachable(
            f"no access token could be had: HTTP {response.status_code}", response.status_code
        )
    try:
        return msgspec.json.decode(response.content, type=_Access).access
    except msgspec.DecodeError as error:
        raise BadAnswer(
            "asked for an access token at /api/token/refresh/ and got no such thing "
            f"(HTTP {response.status_code}): is the url that of a Label Studio of 2025 or later?"
        ) from error


class _Access(msgspec.Struct):
    access: Annotated[str, msgspec.Meta(min_length=1)]


def identify(source: Source, *, thorough: bool) -> Generator[Request, Answer, Identity]:
    """Ask who we are; when thorough, also what the server is and how much we may see.

    Raises Unauthorized for an account without an organisation: it is shown an empty server, which
    must never be taken for an emptied one.
    """
    version = (yield from _version()) if thorough else ""
    me = mapping((yield Request(WHOAMI)))
    organisation = membership(me)
    meta = me.get("active_organization_meta")
    title = (meta.get("title") if isinstance(meta, dict) else None) or organisation
    visibility = f"organisation {title}"
    if thorough:
        answer = yield Request("/api/projects/", {"page_size": 1, "include": "id"})
        visibility += f", {mapping(answer).get('count', '?')} projects"
    kind = "personal access token" if is_personal(source.secret("token")) else "legacy token"
    return Identity(
        version, _account(me), visibility, (kind,), realm=f"organisation {organisation}"
    )


def membership(me: Mapping[str, Any]) -> int | str:
    """Give the organisation that shows us what it has. Raises Unauthorized where there is none.

    Raises BadAnswer where no account is spoken of: something else answers there.
    """
    if "active_organization" not in me:
        raise BadAnswer(
            f"asked who we are at {WHOAMI} and got no account: is the url that of a Label Studio?"
        )
    found: int | str | None = me["active_organization"]
    if found is None:
        raise Unauthorized(
            f"{_account(me)} is in no organisation, so the server shows it nothing; "
            "ask an owner to invite the account again (Organization > Add people)"
        )
    return found


def _account(me: Mapping[str, Any]) -> str:
    return str(me.get("email") or me.get("username") or me.get("id"))


def _version() -> Generator[Request, Answer, str]:
    answer = yield Request("/api/version")
    said = mapping(answer)
    if not any(key.startswith("label-studio") for key in said):
        raise BadAnswer(
            f"this is not a Label Studio: /api/version says {excerpt(answer.body)}; mend the url"
        )
    return f"Label Studio {said.get('release', '?')} ({said.get('edition', 'Community')})"


def explain(source: Source, answer: Answer) -> SourceError | None:
    """Say in words what a refusal means and what to do; None leaves it to the general rules."""
    if answer.status == 400:  # noqa: PLR2004
        return refusals.refusal(answer)
    if answer.status != 401:  # noqa: PLR2004
        return None
    said = _detail(answer.body)
    if "legacy token authentication has been disabled" in said:
        return Unauthorized(
            "the legacy token is right, but legacy tokens are disabled in this organisation; "
            f"enable them there, or {WHERE} > Personal Access Token",
            401,
        )
    if is_personal(source.secret("token")):
        return Unauthorized(
            "the personal access token was exchanged, but its access token is refused; personal "
            f"access tokens may be disabled in this organisation; else {WHERE}",
            401,
        )
    return Unauthorized(
        f"the token is refused ({said or 'no reason given'}); it was sent as a legacy token, for "
        f"it does not look like a personal access token; {WHERE} > Personal Access Token",
        401,
    )


def _detail(body: bytes) -> str:
    """Take the `detail` out of an error answer."""
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ""
    return str(said.get("detail") or "") if isinstance(said, dict) else ""
