"""The server's disk as far as anybody can see it: the folders that images lie in."""

from __future__ import annotations

from posixpath import dirname, normpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etl.standins.coco_annotator.state import State


def directory(root: str, folder: str) -> tuple[str, str]:
    """Bring a folder into the server's form and return it with its full path."""
    if folder:
        folder = folder[0].strip("/") + folder[1:]
        folder = folder if folder.endswith("/") else f"{folder}/"
    return folder, root + folder


def subdirectories(state: State, path: str) -> list[str] | None:
    """List the folders inside a directory, anywhere on the disk; `None` when it is not there."""
    place = normpath(path)
    known = _folders(state)
    if place not in known:
        return None
    inside = (one for one in known if dirname(one) == place and one != place)
    return sorted(one.rpartition("/")[2] for one in inside if "/." not in one)


def _folders(state: State) -> set[str]:
    rows = state.datasets.rows.values()
    found = {normpath(row["directory"]) for row in rows}
    found |= {dirname(image["path"]) for image in state.images.rows.values()}
    for one in list(found):
        place = one
        while place not in {"/", ""}:
            place = dirname(place)
            found.add(place)
    lost = tuple(state.lost_directories)
    return {one for one in found if not f"{one}/".startswith(lost)} if lost else found
