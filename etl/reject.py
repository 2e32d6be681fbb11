"""Records set aside: what is kept of one that could not be normalised."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

from etl.layout import specs
from etl.stream import Shape
from etl.walk import Unreadable

UNREADABLE = "the source has this record and cannot give it"
KEY_LENGTH = 200  # an id is shorter


class Reject(NamedTuple):
    """A record set aside: its id or a hash of it, why, and what it said."""

    key: str
    reason: str
    payload: str


def reject(raw: bytes, error: Exception, shape: Shape) -> Reject:
    """Keep a record that could not be normalised: whole, but for its secrets."""
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        content = None
    payload = storable(_payload(raw, content, shape))
    return Reject(_reject_key(content, payload, shape), storable(str(error)), payload)


def unreadable(lost: Unreadable) -> Reject:
    """Keep what is known of a record that the source could not give."""
    known = storable(lost.known.decode(errors="backslashreplace"))
    return Reject(record_key(lost.id), storable(f"{UNREADABLE}: {lost.reason}"), known)


def is_unreadable(reason: str) -> bool:
    """Tell by its reason a record that the source could not give: what is kept of it is not it."""
    return reason.startswith(UNREADABLE)


def record_key(identity: object) -> str:
    """Give the key by which the quarantine knows a record of this id."""
    return storable(str(identity))[:KEY_LENGTH]


def storable(text: str) -> str:
    """Put text so that every database takes it; no proper JSON is changed by it."""
    return text.replace("\x00", "\\x00").encode(errors="backslashreplace").decode()


def _payload(raw: bytes, content: Any, shape: Shape) -> str:
    if not _has_secrets(shape):
        return raw.decode(errors="backslashreplace")
    if content is None:
        return "(withheld: it cannot be read, so its secrets cannot be taken out)"
    bare = _without_secrets(content, shape)
    return raw.decode(errors="backslashreplace") if bare == content else json.dumps(bare)


def _has_secrets(shape: Shape) -> bool:
    return bool(shape.secret) or any(_has_secrets(nested.shape) for nested in shape.nested)


def _without_secrets(content: Any, shape: Shape) -> Any:
    """Take the secrets out of a record, or a list of records, and of those nested in it."""
    if isinstance(content, list):
        return [_without_secrets(each, shape) for each in content]
    if not isinstance(content, dict):
        return content
    bare = {name: value for name, value in content.items() if name not in shape.secret}
    below = {nested.of: nested.shape for nested in shape.nested}
    return bare | {n: _without_secrets(bare[n], below[n]) for n in bare.keys() & below.keys()}


def _reject_key(content: Any, payload: str, shape: Shape) -> str:
    name = specs(shape.table)["id"].api or "id"
    key = content.get(name) if isinstance(content, dict) else None
    if isinstance(key, (str, int)):
        return record_key(key)
    return f"sha256:{hashlib.sha256(payload.encode(errors='replace')).hexdigest()[:16]}"
