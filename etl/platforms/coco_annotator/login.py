"""Logging in to COCO Annotator, and what its refusals mean.

A log-in gives a session cookie that lasts 31 days; where it gives none, HTTP Basic is accepted by
every route. A server may have its login disabled: then everybody is anonymous and sees all.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Generator
from http.cookies import CookieError, SimpleCookie

import httpx
import msgspec

from etl.auth import Anonymous, Session
from etl.errors import BadAnswer, Forbidden, SourceError, Unauthorized
from etl.exchange import Answer, Request
from etl.paging import excerpt, loads, mapping
from etl.source import Source
from etl.walk import Identity

DENIED = "Access denied"  # the 401 that means 403
REFUSED = "mend username and password; leave both out where the server's login is disabled"


def authorise(source: Source) -> httpx.Auth:
    """Log in with the account; without one, go as nobody."""
    username, password = source.secret("username"), source.secret("password")
    if not username:
        return Anonymous()

    def fetch() -> httpx.Request:
        account = {"username": username, "password": password}
        return httpx.Request("POST", f"{source.url}/api/user/login", json=account)

    def read(response: httpx.Response) -> dict[str, str]:
        if response.status_code == 400:  # noqa: PLR2004  # not 401, whatever is wrong
            said = _message(response.content)
            raise Unauthorized(f"the server refuses {username!r} ({said}); {REFUSED}", 400)
        cookie = _session(response)
        return {"Cookie": f"session={cookie}"} if cookie else _basic(username, password)

    return Session(fetch, read, lambda response: _message(response.content) != DENIED)


def _session(response: httpx.Response) -> str:
    """Take the session out of a log-in's answer."""
    cookies: SimpleCookie = SimpleCookie()
    for header in response.headers.get_list("set-cookie") if response.is_success else ():
        try:
            cookies.load(header)
        except CookieError:
            continue
    return cookies["session"].value if "session" in cookies else ""


def _basic(username: str, password: str) -> dict[str, str]:
    account = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {account}"}


def identify(source: Source, *, thorough: bool) -> Generator[Request, Answer, Identity]:
    """Ask who we are: only an administrator, or anybody where login is disabled, sees all."""
    version = (yield from _version()) if thorough else ""
    me = loads((yield Request("/api/user/")).body)
    # With login disabled, one who logs in all the same is told of himself as JSON inside JSON.
    me = loads(me.encode()) if isinstance(me, str) else me
    me = me.get("user", me) if isinstance(me, dict) else {}
    me = me if isinstance(me, dict) else {}
    account = me.get("username") or source.secret("username") or "nobody"
    sees_all = bool(me.get("is_admin") or me.get("anonymous"))
    if sees_all:
        return Identity(version, account, "every dataset")
    note = "no administrator, so datasets that are not shared with the account stay unseen"
    return Identity(version, account, "the datasets shared with it", (note,), sees_all=False)


def _version() -> Generator[Request, Answer, str]:
    answer = yield Request("/api/info/")
    said = mapping(answer)
    if "login_enabled" not in said:
        raise BadAnswer(
            f"this is not a COCO Annotator: /api/info/ says {excerpt(answer.body)}; mend the url"
        )
    tag = said["git"].get("tag") if isinstance(said.get("git"), dict) else None
    disabled = "" if said["login_enabled"] else ", login disabled"
    return f"{said.get('name') or 'COCO Annotator'} {tag or '?'}{disabled}"


def explain(source: Source, answer: Answer) -> SourceError | None:
    """Say in words what a refusal means and what to do; None leaves it to the general rules."""
    if answer.status != 401:  # noqa: PLR2004
        return None
    if _message(answer.body) == DENIED:
        account = source.secret("username") or "nobody"
        return Forbidden(f"{account!r} is no administrator, and only those may read this", 401)
    said = "the log-in is not accepted" if source.secret("username") else "the server wants a login"
    return Unauthorized(f"{said}; {REFUSED}", 401)


def _message(body: bytes) -> str:
    """Take the `message` out of an error answer."""
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return excerpt(body)
    return str(said.get("message") or json.dumps(said)) if isinstance(said, dict) else excerpt(body)
