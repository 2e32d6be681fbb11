"""One table's decoder and row builder, generated once from the table's columns.

A record with exactly the known fields takes one decoding into a typed struct whose JSON columns
stay the bytes they were. A record with fields nobody knows is taken apart; the unknown fields
become `extra`. A field of the wrong type raises, and the record is a reject.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from operator import attrgetter, itemgetter
from typing import Annotated, Any

import msgspec

from etl.layout import specs
from etl.stream import Shape
from etl.tables import Spec
from etl.times import utc

Row = tuple[Any, ...]
Record = Any
"""A decoded record: a struct made at run time, with an attribute for each column."""

_TYPES: dict[str, Any] = {
    "whole": Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)],
    "text": str,
    "number": float,
    "flag": bool,
    "moment": str,
}
_CLASSES: dict[str, tuple[type, ...]] = {"whole": (int,), "text": (str,), "number": (int, float)}
_EXTRA = "#extra"  # the name, on no platform, under which a decoded record carries its `extra`
_NONE = msgspec.Raw()  # the field was not there
_ROW = """
def row(record, given):
    try:
        return given + ({},)
    except ValueError:
        name_time(record)
        raise
"""
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw] | None)
_ANY = msgspec.json.Decoder()


class Reader:
    """Reads records of one shape and builds the rows of its table.

    `given` are the columns that the record around it fills in. `row` builds a record's row, given
    the source and the values of those; `stable` gives the part of a row that does not change by
    being read.
    """

    def __init__(self, shape: Shape, given: tuple[str, ...] = ()) -> None:
        self._specs = specs(shape.table)
        own = [name for name in self._specs if name not in given]
        self.columns = ("source", *given, *own, "extra")
        self.nested = {nested.of: _given(nested.inherit) for nested in shape.nested}
        self._readers = {n.of: Reader(n.shape, self.nested[n.of]) for n in shape.nested}
        self._claimed = {
            spec.api or name: name
            for name, spec in self._specs.items()
            if not spec.given and not spec.lift
        }
        self._ignored = shape.drop | shape.secret
        self._exploded = tuple(exploded.of for exploded in shape.exploded)
        self.struct = self._make_struct()
        self._decoder = msgspec.json.Decoder(self.struct)
        self._known = frozenset(f.encode_name for f in msgspec.structs.fields(self.struct))
        self.row = self._make_builder(given)
        volatile = {name for name, spec in self._specs.items() if spec.volatile}
        kept = [i for i, name in enumerate(self.columns) if name not in volatile]
        self.stable: Callable[[Row], Row] = itemgetter(*kept) if volatile else _whole

    def reader(self, field: str) -> Reader:
        """Give the reader of a list of records nested in `field`."""
        return self._readers[field]

    def read(self, raw: bytes, unknown: set[str]) -> Record:
        """Decode a record; names of fields nobody claims are added to `unknown`.

        Raises msgspec.DecodeError, UnicodeDecodeError or ValueError for a record that cannot be
        normalised.
        """
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError:
            return self._take_apart(raw, unknown)

    def content(self, field: str) -> Callable[[Record], bytes]:
        """Make a function that gives the JSON of an exploded field; a missing one is null."""
        name = self._claimed.get(field, field)
        found = attrgetter(name)
        if name in self._specs and self._specs[name].kind == "text":
            return lambda record: json.dumps(found(record)).encode()
        return lambda record: found(record) or b"null"

    def _take_apart(self, raw: bytes, unknown: set[str]) -> Record:
        fields = _FIELDS.decode(raw)
        rest = [name for name in fields if name not in self._known]
        extra = {name: fields.pop(name) for name in rest}
        nested = {
            name: self._read_list(name, fields.pop(name), unknown)
            for name in self._readers
            if name in fields
        }
        record: Record = self._decoder.decode(_object(fields))
        for name, records in nested.items():
            setattr(record, name, records)
        if extra:
            unknown.update(extra)
            record.extra = str(_object(extra), "utf-8")
        return record

    def _read_list(self, name: str, raw: msgspec.Raw, unknown: set[str]) -> list[Record]:
        try:
            return [self._readers[name].read(each, unknown) for each in _LIST.decode(raw) or ()]
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error

    def _make_struct(self) -> type[msgspec.Struct]:
        fields: list[Any] = [_field(name, self._specs[name]) for name in self._claimed.values()]
        for name, reader in self._readers.items():
            kind: Any = list[reader.struct] | msgspec.UnsetType | None  # type: ignore[name-defined]  # made at run time
            fields.append((name, kind, msgspec.UNSET))
        others = (self._ignored | set(self._exploded)) - self._claimed.keys()
        fields += [(field, msgspec.Raw, _NONE) for field in sorted(others)]
        fields.append(("extra", None, None))
        rename = {name: api for api, name in self._claimed.items()} | {"extra": _EXTRA}
        return msgspec.defstruct(
            "Record", fields, rename=rename, kw_only=True, forbid_unknown_fields=True, gc=False
        )

    def _make_builder(self, given: tuple[str, ...]) -> Callable[[Record, Row], Row]:
        scope: dict[str, Any] = {"utc": utc, "text": _text, "name_time": self._name_time}
        own = self.columns[1 + len(given) : -1]
        parts = [*(self._expression(name, scope) for name in own), "record.extra"]
        # Column names are ours, from the table classes; no data ever gets into this text.
        exec(_ROW.format(", ".join(parts)), scope)  # noqa: S102
        return scope["row"]  # type: ignore[no-any-return]  # generated just above

    def _name_time(self, record: Record) -> None:
        """Raise again what is wrong with a time, naming its field."""
        for api, name in self._claimed.items():
            if self._specs[name].kind == "moment":
                value = getattr(record, name)
                try:
                    utc(value)
                except ValueError as error:
                    raise ValueError(f"{api}: {value!r} is not a time") from error

    def _expression(self, name: str, scope: dict[str, Any]) -> str:
        spec = self._specs[name]
        if spec.lift:
            scope[f"lift_{name}"] = _lifter(spec.lift[1:], _CLASSES[spec.kind])
            return f"lift_{name}(record.{spec.lift[0]})"
        if spec.kind == "moment":
            return f"None if record.{name} is None else utc(record.{name})"
        return f"text(record.{name})" if spec.kind == "document" else f"record.{name}"


def _given(inherit: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(there for _, there in inherit)


def _field(name: str, spec: Spec) -> tuple[Any, ...]:
    """Declare a field of a decoded record; only keys must be there and not null."""
    if spec.kind == "document":  # a union with None would lose the bytes
        return (name, msgspec.Raw, _NONE)
    kind = _TYPES[spec.kind]
    return (name, kind) if spec.required else (name, kind | None, None)


def _text(raw: msgspec.Raw) -> str | None:
    said = str(raw, "utf-8")
    return said if said and said != "null" else None


def _whole(row: Row) -> Row:
    return row


def _object(fields: dict[str, msgspec.Raw]) -> bytes:
    members = (json.dumps(name).encode() + b":" + raw for name, raw in fields.items())
    return b"{" + b",".join(members) + b"}"


def _lifter(path: Sequence[str | int], classes: tuple[type, ...]) -> Callable[[Any], Any]:
    """Make a function that copies a value of the right class out of a JSON column."""

    def lift(raw: msgspec.Raw) -> Any:
        if not raw:
            return None
        value = _ANY.decode(raw)
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        fits = value.__class__ is not int or -(2**63) <= value < 2**63
        return value if fits and value.__class__ in classes else None

    return lift
