"""The platforms annomirror can read: one folder each, and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.platforms.label_studio.streams import LABEL_STUDIO

if TYPE_CHECKING:
    from etl.stream import Platform

PLATFORMS: dict[str, Platform] = {platform.name: platform for platform in (LABEL_STUDIO,)}
