"""Outlines to draw: boxes, polygons and skeletons, and what the server makes of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from etl.standins.coco_annotator.documents import Document

Outline = list[list[float]]


def measured(outlines: Outline) -> Document:
    """Compute area and box as the server keeps them: whole numbers, cut off."""
    xs = [x for outline in outlines for x in outline[::2]]
    ys = [y for outline in outlines for y in outline[1::2]]
    if not xs:
        return {"area": 0, "bbox": [0, 0, 0, 0], "paper_object": []}
    left, top = int(min(xs)), int(min(ys))
    return {
        "area": int(sum(map(_area, outlines))),
        "bbox": [left, top, int(max(xs)) - left, int(max(ys)) - top],
        "paper_object": ["CompoundPath", {"applyMatrix": True, "children": len(outlines)}],
    }


def box(random: Random, width: int, height: int) -> Document:
    """Draw a box somewhere."""
    left, top = random.randrange(width // 2), random.randrange(height // 2)
    right, bottom = left + random.randint(8, width // 2), top + random.randint(8, height // 2)
    corners = [[right, top, right, bottom, left, bottom, left, top]]
    return {"segmentation": corners, "isbbox": True, **_effort(random, "BBox")}


def polygon(random: Random, width: int, height: int, corners: int = 12) -> Document:
    """Draw a round thing with so many corners."""
    x, y = random.uniform(40, width - 40), random.uniform(40, height - 40)
    outline: list[float] = []
    for step in range(corners):
        turn, reach = math.tau * step / corners, random.uniform(10, 40)
        outline += [round(x + reach * math.cos(turn), 2), round(y + reach * math.sin(turn), 2)]
    return {"segmentation": [outline], **_effort(random, "Polygon")}


def skeleton(random: Random, width: int, height: int, joints: int) -> Document:
    """Mark so many joints, each one visible, hidden or not there."""
    points: list[int] = []
    for _ in range(joints):
        seen = random.choice((0, 1, 2, 2, 2))
        points += [random.randrange(width), random.randrange(height), seen] if seen else [0, 0, 0]
    return {"keypoints": points, **_effort(random, "Keypoints")}


def _effort(random: Random, tool: str) -> Document:
    return {"milliseconds": random.randint(900, 60_000), "tools": [tool]}


def _area(outline: list[float]) -> float:
    points = list(zip(outline[::2], outline[1::2], strict=True))
    turned = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(x * below - right * y for (x, y), (right, below) in turned)) / 2
