"""The platforms annomirror can read: one folder each, and one line here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etl.intake import Intake
    from etl.stream import Platform

_WHERE = {
    "label_studio": "LABEL_STUDIO",
    "coco_annotator": "COCO_ANNOTATOR",
    "qianfan": "QIANFAN",
}


class Platforms(Mapping[str, "Platform"]):
    """The platforms by name, each loaded when it is first asked for.

    Building the table classes of one takes longer than a run that finds nothing new.
    """

    def __getitem__(self, name: str) -> Platform:
        """Load a platform."""
        attribute = _WHERE[name]
        platform: Platform = getattr(import_module(f"etl.platforms.{name}.streams"), attribute)
        return platform

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(_WHERE)

    def __len__(self) -> int:
        """Count them."""
        return len(_WHERE)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is such a platform, without loading it."""
        return name in _WHERE


PLATFORMS = Platforms()
_INTAKES = {"label_studio": "etl.platforms.label_studio.importing"}


def intake(name: str) -> Intake | None:
    """Load how records are put into a platform, if they can be."""
    if name not in _INTAKES:
        return None
    found: Intake = import_module(_INTAKES[name]).INTAKE
    return found
