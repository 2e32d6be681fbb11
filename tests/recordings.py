"""The recorded answers of servers, as pages of each stream of each platform.

Those of Label Studio are a real server's, and are read list by list. There was no other real
server: of the other platforms the answers of our stand-ins are replayed to each stream's walk.
"""

import io
import json
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

from etl.exchange import Answer
from etl.extract import pages
from etl.paging import listing
from etl.platforms import PLATFORMS
from etl.source import Part, Source
from etl.transform import Plan
from etl.walk import Position, Start

PLATFORMS_FOLDER = Path(__file__).parent / "platforms"
REAL = "label_studio"

# Where a stream's records lie in an answer of a real server: path without its ids → (stream, list).
LISTINGS = {
    "/api/users/": ("users", None),
    "/api/projects/": ("projects", "results"),
    "/api/tasks/": ("tasks", "tasks"),
    "/api/predictions/": ("predictions", None),
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


def index(platform):
    return json.loads(recorded(platform, "index.json"))


def listed():
    """Give the recorded pages of whole records of the real server, sparse probes left out."""
    for name, request in index(REAL).items():
        stream, of = LISTINGS.get(request["path"], (None, None))
        include = request["params"].get("include", "").split(",")
        if stream is None or (stream == "tasks" and "annotations" not in include):
            continue
        found = listing(Answer(200, {}, recorded(REAL, name)), of)
        part = str(request["params"].get("project", ""))
        yield Recording(REAL, stream, name, part, tuple(map(bytes, found.records)))


def described(request):
    """Describe a request as the index does."""
    body = {} if request.json is None else {"json": request.json}
    return {
        "method": request.method,
        "path": request.path,
        "params": dict(request.params),
        **body,
    }


def opened(body):
    """Hold the answer to a large request as the client does."""
    return io.BytesIO(body)


class Replay:
    """Answers with what was recorded for the same request."""

    def __init__(self, platform):
        self._platform = platform
        self._names = {json.dumps(asked): name for name, asked in index(platform).items()}

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        asked = json.dumps(described(request))
        assert asked in self._names, f"not recorded: {asked}; see tests/record_standins.py"
        body = recorded(self._platform, self._names[asked])
        head = {"date": "Sat, 21 Nov 2026 12:00:00 GMT"}
        return Answer(200, head, body, opened(body) if request.large else None)


def walked(name, sender):
    """Walk every stream of a platform once; a record that came by twice is given once."""
    platform = PLATFORMS[name]
    source = Source(
        name="recorded",
        platform=name,
        url="http://recorded.test",
        page_size=platform.page_size,
        concurrency=1,
        timeout=5.0,
        deadline=5.0,
        lookback=timedelta(0),
    )
    ids = {}
    for stream in platform.streams:
        plan, came_by = Plan(stream, source.name, UTC), {}
        for part in ids[stream.parts.stream] if stream.parts else [""]:
            start = Start(source=source, part=Part(part), position=Position())
            for number, page in enumerate(pages(stream.walk(start), sender)):
                new = [bytes(r) for r in page.records if bytes(r) not in came_by]
                came_by |= dict.fromkeys(new)
                label = "-".join(filter(None, (stream.name, part, str(number))))
                yield Recording(name, stream.name, label, part, tuple(new))
        found = plan.transform(came_by).entries
        ids[stream.name] = [str(entry.key) for entry in found if entry.deleted is None]


ALL = tuple(listed())
REPLAYED = tuple(name for name in PLATFORMS if name != REAL)


def every(platform):
    """Give every recorded page of a platform."""
    return ALL if platform == REAL else tuple(walked(platform, Replay(platform)))


def of(stream):
    """Give every recorded record of a stream of Label Studio."""
    return [record for r in ALL if r.stream == stream for record in r.records]


def task_of(project):
    """Give the first recorded task of a project as Python, to be changed freely."""
    name = f"{project}.tasks.json"
    return json.loads(next(r for r in ALL if r.name == name).records[0])
