"""A project's parsed labelling interface: control tags, and the labels they offer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

CONTROL_COLUMNS = ("name", "type", "to_name", "inputs", "extra")
LABEL_COLUMNS = ("control", "label", "rank", "attrs")

_CONTROLS = msgspec.json.Decoder(dict[str, dict[str, Any]] | None)
_CLAIMED = frozenset({"type", "to_name", "inputs", "labels", "labels_attrs"})

Rows = list[tuple[Any, ...]]


def explode(parsed: bytes) -> tuple[Rows, Rows]:
    """Give the rows of controls and of control labels of one project."""
    controls: Rows = []
    labels: Rows = []
    for name, control in (_CONTROLS.decode(parsed) or {}).items():
        rest = {field: value for field, value in control.items() if field not in _CLAIMED}
        controls.append(
            (
                name,
                _plain(control.get("type")),
                _json(control.get("to_name")),
                _json(control.get("inputs")),
                _json(rest or None),
            )
        )
        labels += [(name, *label) for label in _labels(control)]
    return controls, labels


def _labels(control: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Give (label, rank, attributes); a label given twice counts where it comes first."""
    offered, attributes = control.get("labels"), control.get("labels_attrs")
    if not isinstance(offered, list):
        return
    for rank, label in enumerate(dict.fromkeys(map(_key, offered))):
        known = attributes.get(label) if isinstance(attributes, dict) else None
        yield label, rank, _json(known)


def _key(label: Any) -> str:
    """Give a label as the text it is a key by, whatever it is."""
    return label if isinstance(label, str) else json.dumps(label)


def _plain(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
