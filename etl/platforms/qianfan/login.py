"""Signing requests to Baidu Qianfan, and what its refusals mean.

See https://cloud.baidu.com/doc/Reference/s/njwvz1yfu. An answer of status 200 may be a refusal:
five shapes of error are known, told apart by their fields and by X-Bce-Error-Code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from etl.auth import BceSignature
from etl.errors import BadAnswer, Forbidden, SourceError, Unauthorized, Unreachable
from etl.exchange import SERVER_ERROR, Answer, Request
from etl.source import Source
from etl.times import http_date
from etl.walk import Identity

TRY_AGAIN = frozenset({"1", "2", "4", "18", "336100", "336501", "336502"})
FAILED = frozenset({"336000", "500000", "InternalError"})  # at this request, whatever its status
FAILING = (200, 400, SERVER_ERROR)  # statuses that say no more than that
USED_UP = frozenset({"17", "19"})  # quotas of a day and of all: the next run may have more
FORBIDDEN = frozenset({"6", "AccessDenied", "OptInRequired"})
CREDENTIALS = frozenset(
    {
        "14",
        "13",
        "100",
        "110",
        "111",
        "InvalidAccessKeyId",
        "InvalidHTTPAuthHeader",
        "IamSignatureInvalid",
        "SignatureDoesNotMatch",
    }
)
EXPIRED = "RequestExpired"
SKEW = 60.0  # seconds between the clocks that are worth a word
KEYS = "mend access_key and secret_key (and session_token, for temporary ones)"


def authorise(source: Source) -> httpx.Auth:
    """Sign with the account's keys."""
    secret = source.secret
    return BceSignature(secret("access_key"), secret("secret_key"), secret("session_token"))


def identify(source: Source, *, thorough: bool) -> Generator[Request, Answer, Identity]:  # noqa: ARG001  # there is nothing to ask
    """Say whose keys these are; no request of the platform tells whose account that is."""
    yield from ()
    key = source.secret("access_key")
    known = hashlib.sha256(key.encode()).hexdigest()[:12]  # may be stored, as the key may not
    return Identity(
        "Baidu Qianfan",
        f"access key {key[:8]}…",
        "what the policies of the key allow",
        realm=f"access key #{known}",
    )


def explain(source: Source, answer: Answer) -> SourceError | None:
    """Say in words what a refusal means and what to do; None for none, or for a plain status."""
    said = _decoded(answer)
    code = str(said.get("error_code") or said.get("code") or "")
    code = code or answer.headers.get("x-bce-error-code", "")
    refused = said.get("success") is False or said.get("status") not in (None, 200, "200")
    if code in ("", "0") and not (refused and answer.status < 400):  # noqa: PLR2004  # else a plain status
        return None
    message = said.get("error_msg") or said.get("message")
    message = message or answer.headers.get("x-bce-error-message") or "no reason given"
    return _meaning(code, f"{message} (code {code or 'none'})", source, answer)


def _meaning(code: str, said: str, source: Source, answer: Answer) -> SourceError | None:
    if code == EXPIRED:
        return _expired(said, answer)
    if code in CREDENTIALS or "credential" in said:
        key = f"{source.secret('access_key')[:8]}…"
        return Unauthorized(f"the keys are refused ({key}): {said}; {KEYS}", answer.status)
    if code in FORBIDDEN:
        return Forbidden(f"{said}; the policy QianfanReadAccessPolicy lets a key read", 403)
    if code in TRY_AGAIN:
        return Unreachable(f"the platform asks to try later: {said}", reached=True)
    if code in USED_UP:
        said = f"a quota is used up: {said}; the next run goes on"
        return Unreachable(said, 200, reached=False)  # of the whole account
    return _failure(code, said, answer.status)


def _failure(code: str, said: str, status: int) -> SourceError | None:
    if code in FAILED and status in FAILING:
        return BadAnswer(f"the platform failed at it: {said}", SERVER_ERROR)
    return None if status >= 429 else BadAnswer(said, status)  # noqa: PLR2004


def _expired(said: str, answer: Answer) -> SourceError:
    """Tell a wrong clock, which trying again does not mend, from a slow way."""
    theirs = http_date(answer.headers.get("date"))
    skew = (theirs - datetime.now(UTC)).total_seconds() if theirs else 0.0
    if abs(skew) < SKEW:
        return Unreachable(f"the signature came too late: {said}")
    side = "behind" if skew > 0 else "ahead"
    return Unauthorized(
        f"your clock is {_spoken(abs(skew))} {side} of the platform's, so signatures count as "
        f"expired: set this machine's clock ({said})",
        answer.status,
    )


def _spoken(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 120:  # noqa: PLR2004
        return f"{minutes} minute{'s' * (minutes != 1)}"
    return f"{round(seconds / 3600)} hours"


def _decoded(answer: Answer) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return {}
    return said if isinstance(said, dict) else {}
