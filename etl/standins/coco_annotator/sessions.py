"""Who is calling: HTTP Basic on every endpoint, or the one signed cookie, kept nowhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from etl.standins.coco_annotator.state import hashed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.standins.coco_annotator.documents import Document
    from etl.standins.coco_annotator.state import State

_LIFETIME = timedelta(days=31)


class Sessions:
    """Signs cookies and reads credentials; a new `secret` makes all cookies void."""

    def __init__(self, state: State, secret: bytes = b"<--- default_secret_key --->") -> None:
        """Sign with the server's secret, which survives its restarts."""
        self.state = state
        self.secret = secret

    def check(self, username: str, password: str) -> Document | None:
        """Return the user who has this name, in any case, and this password."""
        user = self.state.users.get(username.lower())
        if user is None:
            return None
        salt = user["password"].split("$")[1]
        return user if hmac.compare_digest(user["password"], hashed(password, salt)) else None

    def cookie(self, user: Document) -> tuple[str, str]:
        """Return the header that starts a session of the browser."""
        content = {"_fresh": True, "_id": "5e", "user_id": user["id"]["$oid"]}
        issued = str(int(self.state.clock.now().timestamp()))
        text = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
        signed = f"{text}.{issued}.{self._signature(text, issued)}"
        return "Set-Cookie", f"session={signed}; HttpOnly; Path=/"

    def caller(self, headers: Mapping[str, str]) -> Document | None:
        """Return who is calling: by the cookie, else by HTTP Basic."""
        return self._remembered(headers.get("cookie", "")) or self._basic(
            headers.get("authorization", "")
        )

    def _remembered(self, header: str) -> Document | None:
        try:
            text, issued, signature = SimpleCookie(header)["session"].value.split(".")
        except (CookieError, KeyError, ValueError):
            return None
        if not hmac.compare_digest(signature, self._signature(text, issued)):
            return None
        if self.state.clock.now().timestamp() - int(issued) > _LIFETIME.total_seconds():
            return None
        wanted = json.loads(base64.urlsafe_b64decode(text + "=="))["user_id"]
        users = self.state.users.values()
        return next((user for user in users if user["id"]["$oid"] == wanted), None)

    def _basic(self, header: str) -> Document | None:
        scheme, _, value = header.partition(" ")
        try:
            username, _, password = base64.b64decode(value).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self.check(username, password) if scheme.lower() == "basic" else None

    def _signature(self, text: str, issued: str) -> str:
        return hmac.new(self.secret, f"{text}.{issued}".encode(), hashlib.sha256).hexdigest()
