"""A label config as the `parsed_label_config` the API shows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from etl.standins.exchange import Json


def parsed(label_config: str) -> dict[str, Json]:
    """List controls by name with their inputs and labels; nothing for broken XML."""
    try:
        root = ET.fromstring(label_config)  # noqa: S314
    except ET.ParseError:
        return {}
    objects = {
        tag.get("name", ""): {
            "type": tag.tag,
            "valueType": tag.get("valueType"),
            "value": tag.get("value", "").lstrip("$"),
        }
        for tag in root.iter()
        if tag.get("name") and tag.get("value", "").startswith("$") and not tag.get("toName")
    }
    controls = (tag for tag in root.iter() if tag.get("toName") and tag.get("name"))
    return {tag.get("name", ""): _control(tag, objects) for tag in controls}


def _control(tag: ET.Element, objects: dict[str, Json]) -> Json:
    to_name = tag.get("toName", "").split(",")
    attributes = {
        inner.get("alias") or inner.attrib["value"]: dict(inner.attrib)
        for inner in tag.iter()
        if inner is not tag and inner.get("value") is not None
    }
    return {
        "type": tag.tag,
        "to_name": to_name,
        "inputs": [objects[name] for name in to_name if name in objects],
        "labels": list(attributes),
        "labels_attrs": attributes,
    }
