"""A project's parsed labelling interface: control tags, and the labels they offer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec


class ControlRow(NamedTuple):
    """A row of controls."""

    name: str
    type: str | None
    to_name: str | None
    inputs: str | None
    extra: str | None


class LabelRow(NamedTuple):
    """A row of control labels."""

    control: str
    label: str
    rank: int
    attrs: str | None


_CONTROLS = msgspec.json.Decoder(dict[str, dict[str, Any]] | None)
_CLAIMED = frozenset({"type", "to_name", "inputs", "labels", "labels_attrs"})


def explode(parsed: bytes) -> tuple[list[ControlRow], list[LabelRow]]:
    """Give the rows of controls and of control labels of one project."""
    controls: list[ControlRow] = []
    labels: list[LabelRow] = []
    for name, control in (_CONTROLS.decode(parsed) or {}).items():
        rest = {field: value for field, value in control.items() if field not in _CLAIMED}
        controls.append(
            ControlRow(
                name=name,
                type=_plain(control.get("type")),
                to_name=_json(control.get("to_name")),
                inputs=_json(control.get("inputs")),
                extra=_json(rest or None),
            )
        )
        labels += _labels(name, control)
    return controls, labels


def _labels(name: str, control: dict[str, Any]) -> Iterator[LabelRow]:
    """Give the labels a control offers; one given twice counts where it comes first."""
    offered, attributes = control.get("labels"), control.get("labels_attrs")
    if not isinstance(offered, list):
        return
    for rank, label in enumerate(dict.fromkeys(map(_key, offered))):
        known = attributes.get(label) if isinstance(attributes, dict) else None
        yield LabelRow(name, label, rank, _json(known))


def _key(label: Any) -> str:
    """Give a label as the text it is a key by, whatever it is."""
    return label if isinstance(label, str) else json.dumps(label)


def _plain(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
