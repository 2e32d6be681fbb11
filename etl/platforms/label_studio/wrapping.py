"""What a record is to Label Studio: a task with data and, in its meta, the mark of its import."""

from __future__ import annotations

import json

import msgspec

from etl.intake import Existing, Key
from etl.paging import fields, loads
from etl.stream import Request

NAME = "annomirror"  # the field of a task's meta that holds its mark


def wrapped(raw: bytes, mark: str) -> bytes:
    """Put a record so that the server takes it for a task, with its mark in `meta`.

    What has no `data` is the data of a task, as the server itself would take it.
    """
    found = dict(fields(raw))
    marked = json.dumps({NAME: mark}).encode()
    if "data" not in found:
        return b'{"data":' + raw + b',"meta":' + marked + b"}"
    meta = bytes(found.pop("meta", msgspec.Raw(b"null"))).strip()
    if meta.startswith(b"["):
        between = b"" if meta[1:-1].strip() == b"" else b","
        meta = meta[:-1] + between + marked + b"]"
    elif meta.startswith(b"{"):
        kept = {n: v for n, v in fields(meta).items() if n != NAME}
        meta = _object(kept | {NAME: msgspec.Raw(json.dumps(mark).encode())})
    else:
        meta = marked
    return _object(found | {"meta": msgspec.Raw(meta)})


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


def change(raw: bytes, there: Existing) -> Request | None:
    """Give a task the data of a record; None if it has them."""
    new = data(raw)
    if loads(new) == loads(there.data):
        return None
    return Request(f"/api/tasks/{there.id}/", method="PATCH", body=b'{"data":' + new + b"}")
