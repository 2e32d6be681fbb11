"""Answers that are almost right: of every stream of every platform, mutated by the thousand.

Whatever comes, a walk ends in pages or in an error of ours; a record that is spoilt harms no
neighbour; and what fails moves no watermark. `ANNOMIRROR_FUZZ=10000` plays as many to each stream,
new ones every time.
"""

import os
import random
import shutil
from collections import Counter

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from etl.address import parse
from etl.database import connected
from etl.errors import ConfigurationError, SourceError
from fuzzing import STREAMS, Scene
from spoiling import bytes_spoilt, record_spoilt, value_spoilt

EXAMPLES = os.environ.get("ANNOMIRROR_FUZZ")
PLAYED = settings(
    max_examples=int(EXAMPLES or 60), phases=[Phase.generate], derandomize=not EXAMPLES,
    deadline=None, database=None,
)  # fmt: skip


@pytest.fixture(params=STREAMS, ids="/".join, scope="module")
def scene(request, sqlite_template, tmp_path_factory):
    path = tmp_path_factory.mktemp("fuzz") / "mirror.db"
    shutil.copy(sqlite_template, path)
    with connected(parse(f"sqlite:///{path}")) as session:
        yield Scene(session, *request.param)


def test_an_answer_that_is_almost_right_ends_in_pages_or_in_an_error_of_ours(scene):
    ended = Counter()

    @PLAYED
    @given(st.integers(0, 2**32))
    def play(seed):
        dice = random.Random(seed)
        spoil = dice.choice((bytes_spoilt, value_spoilt))
        target = dice.randrange(scene.answers)
        try:
            scene.walked(scene.start, target, lambda body: spoil(dice, body))
            ended["pages"] += 1
        except (SourceError, ConfigurationError):
            ended["error"] += 1

    play()
    print(f"\n{scene.platform.name}/{scene.stream.name}: {dict(ended)}")  # noqa: T201
    assert ended["error"]


# What a walk asks before or beside its own list, and cannot go on without.
NEEDED = {
    ("label_studio", "predictions"): {"model-versions": "tells whether anything is to be read"},
    ("coco_annotator", "images"): {
        "GET /api/dataset/": "ids of a dataset's images, without which deletions look like gaps",
    },
    ("coco_annotator", "annotations"): {
        "GET /api/category/data:": "tells how many annotations there are",
    },
}


def needed(scene, error):
    """Tell whether a walk may fail so: at what it needs, and for a reason that is known."""
    reasons = NEEDED.get((scene.platform.name, scene.stream.name), {})
    return any(part in str(error) for part in reasons)


def test_a_record_that_is_spoilt_costs_no_neighbour(scene):
    """It lands or is set aside, and all others land; a walk that fails would lose them."""

    @PLAYED
    @given(st.integers(0, 2**32))
    def play(seed):
        dice = random.Random(seed)
        target = dice.randrange(scene.answers)
        try:
            found, rejects = scene.walked(
                scene.start, target, lambda body: record_spoilt(dice, body) or body
            )
        except (SourceError, ConfigurationError) as error:
            if needed(scene, error):
                return
            raise
        lost, other = scene.keys - found, found - scene.keys
        assert len(lost) <= 1
        assert len(lost) <= len(other) + len(rejects), lost  # none is dropped without a word

    play()


def test_what_fails_leaves_what_the_next_run_begins_with_as_it_was(scene):
    """The watermark, and the note of the walk too: only one cut in the middle may add to it."""
    held, begun = scene.position(), scene.start.position.watermark

    def is_cut(left):
        """Tell whether the note says that the walk is to go on, and vouches for nothing new."""
        return [(watermark, unfinished) for watermark, _, unfinished in left] == [(begun, True)]

    @settings(PLAYED, max_examples=max(PLAYED.max_examples // 10, 10))
    @given(st.integers(0, 2**32))
    def play(seed):
        dice = random.Random(seed)
        spoil = dice.choice((bytes_spoilt, value_spoilt))
        target = dice.randrange(scene.answers)
        left, error = scene.committed(target, lambda body: spoil(dice, body))
        assert error is None or left == held or is_cut(left), str(error)

    play()
