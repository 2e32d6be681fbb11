"""What a record is to Label Studio: a task with data and, in its meta, the mark of its import."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

import msgspec

from etl.exchange import Request
from etl.intake import Existing, Key
from etl.paging import fields, loads

UNDEFINED = "$undefined$"
_UNSEARCHABLE = re.compile(r"""[\s'"`;\[\]#\x00-\x1f\x7f-\x9f]|--|/\*|\*/|__|_$""")
NAME = "annomirror"  # the field of a task's meta that holds its mark


def wrapped(raw: bytes, mark: str) -> bytes:
    """Put a record so that the server takes it for a task, with its mark in `meta`.

    What has no `data` is the data of a task, as the server itself would take it. Raises ValueError
    for what cannot be put so without a loss.
    """
    found = dict(fields(raw))
    marked = json.dumps(mark).encode()
    if "data" not in found:
        return b'{"data":' + raw + b',"meta":{"' + NAME.encode() + b'":' + marked + b"}}"
    if not bytes(found["data"]).startswith(b"{"):
        raise ValueError("data should be a JSON object")
    meta = _meta(bytes(found.pop("meta", msgspec.Raw(b"null"))))
    whole = _object(meta | {NAME: msgspec.Raw(marked)})
    return _object(found | {"meta": msgspec.Raw(whole)})


def _meta(raw: bytes) -> dict[str, msgspec.Raw]:
    """Read the meta of a record, to which the mark is added."""
    if raw == b"null":
        return {}
    if not raw.startswith(b"{"):
        raise ValueError("meta should be a JSON object, to which the mark of the import is added")
    found = dict(fields(raw))
    if NAME in found:
        raise ValueError(f"meta has a field {NAME!r}, which the mark of the import would replace")
    return found


def complete(raw: bytes, required: Collection[str]) -> None:
    """Look whether a task has the fields its project shows. Raises ValueError, as the server says.

    The server puts a text of no name into the first field.
    """
    found = fields(data(raw))
    for name in sorted(required):
        if name not in found and UNDEFINED not in found:
            raise ValueError(f'"{name}" key is expected in task data')


def _object(found: dict[str, msgspec.Raw]) -> bytes:
    members = (json.dumps(name).encode() + b":" + bytes(raw) for name, raw in found.items())
    return b"{" + b",".join(members) + b"}"


def data(raw: bytes) -> bytes:
    """Give the data of a record, which may be all of it."""
    return bytes(fields(raw).get("data", raw))


def key(raw: bytes, name: str) -> Key:
    """Give what a record is called outside. Raises ValueError."""
    found = fields(data(raw)).get(name)
    if found is None:
        raise ValueError(f"its data has no field {name!r}, which is to be the key")
    value = msgspec.json.decode(found)
    if type(value) not in (str, int) or value == "":
        raise ValueError(f"{name}: {bytes(found)[:100].decode()} is no key: text or a whole number")
    return value  # type: ignore[no-any-return]  # just looked at


def searchable(name: str) -> None:
    """Look whether the server can find tasks by a field of their data. Raises ValueError.

    Django, which 1.23.2 is built with, answers 500 to what might be SQL, and takes names apart at
    two underscores; a whole number is a place in a list to it. By these nothing is ever found.
    """
    if _UNSEARCHABLE.search(name) or name == UNDEFINED or _is_whole(name):
        raise ValueError(
            "Label Studio finds nothing by such a name: one with a blank, a quote, [ ] ; # -- /* "
            "*/ or __, with _ at its end, or that is a number; name the field otherwise, as key1"
        )


def _is_whole(name: str) -> bool:
    try:
        int(name)
    except ValueError:
        return False
    return True


def change(raw: bytes, there: Existing) -> Request | None:
    """Give a task the data of a record; None if it has them."""
    new = data(raw)
    if loads(new) == loads(there.data):
        return None
    return Request(f"/api/tasks/{there.id}/", method="PATCH", body=b'{"data":' + new + b"}")
