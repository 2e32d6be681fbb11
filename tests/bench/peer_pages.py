"""What every peer reads: tasks and their annotations, as plain dictionaries.

The floor's own client fetches, and msgspec decodes, so that a peer is charged for its own work.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

import msgspec
from floor import Position, lean_client, pages

Records = list[dict[str, Any]]


def listed(url: str, since: str | None, size: int) -> Iterator[tuple[Records, Records]]:
    """Yield pages of tasks written since a time, without their annotations, and those."""
    for found, _last in pages(lean_client(url), 1, Position(since=since), size):
        tasks = [msgspec.json.decode(raw, type=dict[str, Any]) for raw in found]
        yield tasks, [each for task in tasks for each in task.pop("annotations")]


def arguments(about: str | None) -> ArgumentParser:
    """Read what every peer is told."""
    parser = ArgumentParser(description=about)
    parser.add_argument("url", help="address of the server")
    parser.add_argument("database", help="sqlite:///PATH or postgresql://...")
    parser.add_argument("--page-size", type=int, default=500)
    return parser


def asked(about: str | None) -> Namespace:
    """Read what a peer with a folder of its own is told."""
    parser = arguments(about)
    parser.add_argument("--folder", required=True, help="where it keeps what it remembers")
    return parser.parse_args()
