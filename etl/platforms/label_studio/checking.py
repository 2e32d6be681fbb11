"""Looking whether the mirror holds what there is, with the fewest requests: by numbers first."""

from __future__ import annotations

from etl.platforms.label_studio import proof, walks
from etl.stream import Start, Tally, Walk


def tasks(start: Start) -> Walk:
    """Read what was written since the watermark, then compare the numbers of the project."""
    yield from walks.tasks(start)
    yield from proof.prove(start)


def predictions(start: Start) -> Walk:
    """Read what moved, then compare the numbers by model version; read all where one differs.

    Those of no version are listed and not counted, so where there are any, numbers prove nothing.
    """
    yield from walks.predictions(start)
    versions = walks.versions((yield walks.of_versions(start)))
    there = {version.model_version: version.count for version in versions}
    here: dict[str | None, int] = yield Tally("model_version")
    if None in there or None in here or there != here:
        yield from walks.predictions(start.anew())
