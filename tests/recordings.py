"""The recorded answers of real servers, as pages of each stream of each platform."""

import json
from dataclasses import dataclass
from pathlib import Path

from etl.paging import listing
from etl.platforms import PLATFORMS
from etl.stream import Answer

PLATFORMS_FOLDER = Path(__file__).parent / "platforms"

# Where a stream's records lie in an answer: path without its ids → (stream, list).
LISTINGS = {
    "label_studio": {
        "/api/users/": ("users", None),
        "/api/projects/": ("projects", "results"),
        "/api/tasks/": ("tasks", "tasks"),
        "/api/predictions/": ("predictions", None),
    }
}


@dataclass(frozen=True)
class Recording:
    platform: str
    stream: str
    name: str
    part: str
    records: tuple[bytes, ...]

    def __str__(self):
        return f"{self.platform}/{self.name.removesuffix('.json')}"


def recorded(platform, name):
    return (PLATFORMS_FOLDER / platform / "recorded" / name).read_bytes()


def recordings(platform):
    """Give the recorded pages of whole records, sparse probes left out."""
    index = json.loads(recorded(platform, "index.json"))
    for name, request in index.items():
        stream, of = LISTINGS[platform].get(request["path"], (None, None))
        include = request["params"].get("include", "").split(",")
        if stream is None or (stream == "tasks" and "annotations" not in include):
            continue
        found = listing(Answer(200, {}, recorded(platform, name)), of)
        part = str(request["params"].get("project", ""))
        yield Recording(platform, stream, name, part, tuple(map(bytes, found.records)))


ALL = tuple(recording for platform in PLATFORMS for recording in recordings(platform))


def of(stream):
    """Give every recorded record of a stream of Label Studio."""
    return [record for r in ALL if r.stream == stream for record in r.records]


def task_of(project):
    """Give the first recorded task of a project as Python, to be changed freely."""
    name = f"{project}.tasks.json"
    return json.loads(next(r for r in ALL if r.name == name).records[0])
