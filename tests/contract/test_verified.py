"""A mirror that was doctored is seen through, on every stream, and mended where it is wrong."""

import pytest

from doctoring import Doctor, named
from etl import verify
from etl.platforms import PLATFORMS
from etl.transform import Plan
from mirror import content
from plays import PLAYS
from senders import synchronise

STREAMS = [
    pytest.param(platform, stream, id=f"{platform.name}/{stream.name}")
    for platform in PLATFORMS.values()
    for stream in platform.streams
]


@pytest.fixture(scope="module")
def plays():
    """Stand-ins with some life behind them, which nobody changes here."""
    opened = {name: play() for name, play in PLAYS.items()}
    found = {name: play.__enter__() for name, play in opened.items()}
    for play in found.values():
        play.seed.lively(play.standin.state)
    yield found
    for play in opened.values():
        play.__exit__(None, None, None)


@pytest.fixture
def play(plays, platform, session):
    """One of them, mirrored."""
    found = plays[platform.name]
    synchronise(session, found.source, platform, found)
    return found


def verdicts(play, session, *names, **how):
    found = {v.stream: v for v in verify.run([play.job(*names)], session, **how)}
    assert {name: v.error for name, v in found.items()} == dict.fromkeys(found)
    return found


@pytest.mark.parametrize(("platform", "stream"), STREAMS)
def test_what_was_doctored_is_named_and_mended_and_nothing_else(session, platform, stream, play):
    before = content(session)
    plan = Plan(stream, play.source.name)
    doctor = Doctor(session, plan)
    doctor.everything()

    looked = verdicts(play, session, stream.name, deep=True)
    mended = verdicts(play, session, stream.name, deep=True, run_id=1)

    assert named(looked.pop(stream.name)) == doctor.done
    assert named(mended[stream.name]) == doctor.done
    assert len(mended[stream.name].mended) == len(doctor.done)
    assert [name for name, verdict in looked.items() if verdict.differences] == []
    again = verdicts(play, session, stream.name, deep=True)
    assert [one for verdict in again.values() for one in verdict.differences] == []
    assert content(session) == before


@pytest.mark.parametrize("deep", [False, True], ids=["digests", "deep"])
@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_a_good_mirror_is_found_equal(session, platform, play, deep):
    found = verdicts(play, session, deep=deep)
    assert {v.outcome for v in found.values()} == {"ok"}
    assert [one for verdict in found.values() for one in verdict.differences] == []
