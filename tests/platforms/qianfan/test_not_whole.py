"""A reading that was not whole says nothing of what it did not meet, nor lets go of it."""

import json
from contextlib import suppress

import pytest
from msgspec.structs import replace

from etl import extract
from etl.errors import BadAnswer
from etl.load import Loader
from etl.platforms import PLATFORMS
from etl.source import Part
from etl.transform import Plan
from etl.walk import Page
from mirror import SOURCE, rows
from senders import Scripted

PART = Part("")
V1_BAD = {"strId": "b", "id": 7, "name": {"x": 1}, "status": {"a": 1}}
V1_GOOD = {"strId": "a", "id": 9, "name": "x", "status": 3}
V2_BAD = {"taskId": "b", "name": ["x"], "createTime": 5, "status": {"a": 1}}
V2_GOOD = {"taskId": "a", "name": "x", "status": "Succeeded"}
FOR_EVER = {"isTruncated": True, "nextMarker": "m"}
READINGS = {
    "a total that is never reached": (
        "augmentation_tasks",
        V1_BAD,
        {"result": {"total": 2, "items": [V1_GOOD]}},
    ),
    "a marker that leads nowhere": (
        "text_augmentation_tasks",
        V2_BAD,
        {"result": {"tasks": [V2_GOOD], "pageInfo": FOR_EVER}},
    ),
    "pages that do not say whether others follow": (
        "text_augmentation_tasks",
        V2_BAD,
        {"result": {"tasks": [V2_GOOD]}},
    ),
}


@pytest.mark.parametrize("reading", READINGS)
def test_what_is_set_aside_stays_after_a_reading_that_was_not_whole(session, reading):
    name, bad, answer = READINGS[reading]
    stream = PLATFORMS["qianfan"].stream(name)
    plan = Plan(stream, "q")
    source = replace(SOURCE, name="q", platform="qianfan", page_size=20)

    loader = Loader(session, plan, 1)
    loader.start(source, PART)
    page = Page([json.dumps(bad).encode()])
    loader.commit(PART, page, plan.transform(page.records))
    aside = rows(session, "sync_rejects")
    assert len(aside) == 1

    loader = Loader(session, plan, 2)
    walk = stream.walk(loader.start(source, PART))
    with suppress(BadAnswer):  # a list that repeats itself
        for page in extract.pages(walk, Scripted(*[answer] * 30)):
            loader.commit(PART, page, plan.transform(page.records))
    assert rows(session, "sync_rejects") == aside
