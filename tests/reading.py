"""What is read of a file that is to be imported, for the tests of it."""

import io
import json

from etl.imports import records as reading


def read(content, name="tasks.json"):
    raw = content if isinstance(content, bytes) else content.encode()
    return list(reading.lines(io.BytesIO(raw), name))


def told(content, name="tasks.json"):
    return [(line.place, line.number, json.loads(line.raw)) for line in read(content, name)]


def problems(content, name="tasks.json"):
    return [(line.number, line.problem) for line in read(content, name) if line.problem]
