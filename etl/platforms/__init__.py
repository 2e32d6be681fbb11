"""The platforms annomirror can read: one folder each, and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.platforms.coco_annotator.streams import COCO_ANNOTATOR
from etl.platforms.label_studio.streams import LABEL_STUDIO
from etl.platforms.qianfan.streams import QIANFAN

if TYPE_CHECKING:
    from etl.stream import Platform

PLATFORMS: dict[str, Platform] = {
    platform.name: platform for platform in (LABEL_STUDIO, COCO_ANNOTATOR, QIANFAN)
}
