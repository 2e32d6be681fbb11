"""This machine's clock, wrong from one run to the next, hides no change of COCO Annotator."""

from datetime import UTC, datetime, timedelta

import pytest

from annotators import assert_mirrored, living, run, well
from etl import times
from etl.platforms.coco_annotator import annotating
from etl.standins.coco_annotator import work

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WHOLE = annotating.WHOLE_ARRAY
STEPS = {
    "ahead": ([1, 2, 3], WHOLE),
    "behind": ([-1, 0, 1], WHOLE),
    "set back by a day": ([1, 0, 0], WHOLE),
    "ahead, image by image": ([1, 2, 3], 10),
    "behind, image by image": ([-1, 0, 1], 10),
    "set back, image by image": ([1, 0, 0], 10),
    "years ahead for once, image by image": ([3000, 0, 0], 10),
}


@pytest.mark.parametrize(("days", "whole"), STEPS.values(), ids=STEPS.keys())
def test_a_wrong_clock_of_this_machine_hides_no_annotation(
    session, server, monkeypatch, days, whole
):
    monkeypatch.setattr(annotating, "WHOLE_ARRAY", whole)
    looks, state = [], server.state
    for day in days:

        def now(day=day):
            looks.append(1)
            return times.text(NOW + timedelta(days=day, seconds=len(looks)))

        monkeypatch.setattr(times, "now", now)
        server.clock.advance(minutes=5)
        key = living(state, "annotations")[0]["id"]
        drawn = [{"id": key, "segmentation": [[0, 0, 9, 0, 9, 9]], "milliseconds": len(looks)}]
        image = state.annotations.get(key)["image_id"]
        work.save_image(state, image, "ada", drawn, metadata={"saved": len(looks)})
        well(run(session, server))
        assert_mirrored(session, state)
