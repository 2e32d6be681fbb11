"""Items of annotation results in the exact shapes the labelling interface makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from etl.standins.exchange import Json

_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


def rectangle(random: Random, label: str, *, origin: str = "manual") -> Json:
    """Draw a box somewhere on a 1280 by 720 image."""
    x, y = random.uniform(0, 80), random.uniform(0, 80)
    return {
        "id": name(random),
        "from_name": "box",
        "to_name": "image",
        "type": "rectanglelabels",
        "origin": origin,
        "original_width": 1280,
        "original_height": 720,
        "image_rotation": 0,
        "value": {
            "x": round(x, 4),
            "y": round(y, 4),
            "width": round(random.uniform(2, 99 - x), 4),
            "height": round(random.uniform(2, 99 - y), 4),
            "rotation": 0,
            "rectanglelabels": [label],
        },
    }


def moved(random: Random, item: Json) -> Json:
    """Draw the same box as somebody else would: a little off."""
    value = item["value"]
    nudged = {key: round(value[key] * random.uniform(0.98, 1.02), 4) for key in ("width", "height")}
    return {**item, "id": name(random), "value": {**value, **nudged}}


def text_span(random: Random, text: str, words: str, label: str) -> Json:
    """Mark some words of a text."""
    start = text.index(words)
    return {
        "id": name(random),
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "origin": "manual",
        "value": {"start": start, "end": start + len(words), "text": words, "labels": [label]},
    }


def relation(source: Json, target: Json, label: str) -> Json:
    """Link two regions; a relation has neither an id nor a value."""
    return {
        "from_id": source["id"],
        "to_id": target["id"],
        "type": "relation",
        "direction": "right",
        "labels": [label],
    }


def choice(random: Random, picked: str, *, control: str = "mood", to: str = "text") -> Json:
    """Pick one choice, which is a list all the same."""
    return {
        "id": name(random),
        "from_name": control,
        "to_name": to,
        "type": "choices",
        "origin": "manual",
        "value": {"choices": [picked]},
    }


def segment(random: Random, start: float, end: float, label: str) -> Json:
    """Mark seconds of a recording."""
    return {
        "id": name(random),
        "from_name": "sound",
        "to_name": "audio",
        "type": "labels",
        "origin": "manual",
        "original_length": 60.0,
        "value": {
            "start": round(start, 3),
            "end": round(end, 3),
            "channel": 0,
            "labels": [label],
        },
    }


def name(random: Random) -> str:
    """Make an id as the labelling interface does: ten characters, not unique by contract."""
    return "".join(random.choices(_ALPHABET, k=10))
