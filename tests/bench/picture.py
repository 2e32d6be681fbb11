"""The picture: a bar for each contender, as long as its time stands to the floor's."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Any

WIDTH, LEFT, RIGHT = 760, 130, 150
BAR, GAP, TITLE = 16, 5, 34
COLOURS = {"floor": "#8a8f98", "annomirror": "#1f6feb"}
OTHERS = "#d0a215"
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}"
    ".small{font-size:10px;fill:#57606a}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9aa4af}}"
)


def drawn(told: dict[str, Any]) -> str:
    """Draw the medians of wall time."""
    parts, y = [], 10
    for where, rows in groupby(told["medians"], key=_group):
        drawing, height = _panel(where, list(rows), y)
        parts += drawing
        y += height
    parts.append(f'<text class="small" x="10" y="{y + 14}">{escape(_footer(told))}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 26}" '
        f'viewBox="0 0 {WIDTH} {y + 26}" role="img" aria-label="Wall time">'
        f"<style>{STYLE}</style>{''.join(parts)}</svg>\n"
    )


def _group(row: dict[str, Any]) -> str:
    waiting = f", {row['latency']:g} ms an answer" if row["latency"] else ""
    return f"{row['scenario']}, {row['tasks']:,} tasks, {row['database']}{waiting}"


def _panel(title: str, rows: Sequence[dict[str, Any]], y: int) -> tuple[list[str], int]:
    longest = max(row["wall"] for row in rows)
    parts = [f'<text class="title" x="10" y="{y + 16}">{escape(title)}</text>']
    for number, row in enumerate(rows):
        top = y + TITLE - 8 + number * (BAR + GAP)
        length = max(1.0, row["wall"] / longest * (WIDTH - LEFT - RIGHT))
        parts += [
            f'<text x="{LEFT - 8}" y="{top + 12}" text-anchor="end">{row["contender"]}</text>',
            _bar(top, length, COLOURS.get(row["contender"], OTHERS)),
            f'<text x="{LEFT + length + 6:.1f}" y="{top + 12}">{_label(row)}</text>',
        ]
    return parts, TITLE + len(rows) * (BAR + GAP) + 4


def _bar(top: int, length: float, colour: str) -> str:
    place = f'x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR}"'
    return f'<rect {place} rx="2" fill="{colour}"/>'


def _label(row: dict[str, Any]) -> str:
    ratio = row["wall_ratio"]
    times = f" · {ratio:.2f} \u00d7 floor" if ratio and row["contender"] != "floor" else ""
    return f"{row['wall']:.2f} s{times}"


def _footer(told: dict[str, Any]) -> str:
    return (
        f"wall time of whole processes, medians of {told['rounds']} interleaved rounds; "
        f"{told['machine']['summary']}"
    )
