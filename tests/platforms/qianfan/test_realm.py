"""Whose account it is: nothing tells, so that keys and empty lists are looked at twice."""

import pytest

import mirror
from accounts import KINDS, Account, buried, differences

TASKS = "augmentation_tasks"
LISTS = (
    "augmentation_tasks",
    "text_augmentation_tasks",
    "etl_tasks",
    "datasets",
    "finetune_jobs",
    "batch_inference_tasks",
)
OTHER_KEYS = "ALTAKother0123456789", "another-secret"


@pytest.fixture
def account(account):
    """An account in which each list has a few records."""
    for n in range(3):
        account.state.add_enhance(f"e{n}", status=3)
        account.state.add_etl(status=2)
        account.state.add_text_augment(status="Succeeded")
        account.state.add_dataset(f"d{n}")
        account.state.add_job(f"j{n}")
        account.state.add_inference()
    return account


@pytest.fixture
def mirrored(account, session):
    """The account, mirrored."""
    account.mirror(session)
    return account


def held(session):
    """Give the live rows of every stream."""
    return {name: mirror.live(session, f"qianfan_{name}") for name in KINDS}


def test_renewed_keys_of_the_same_account_are_taken_by_the_next_run(mirrored, session):
    mirrored.renew_keys(*OTHER_KEYS)
    first = mirrored.run(session, trusting=False)
    again = mirrored.run(session, trusting=False)
    assert {r.outcome for r in (*first.values(), *again.values())} == {"ok"}
    asked = [sum(r.requests for r in run.values()) for run in (first, again)]
    assert asked[0] - asked[1] == len(LISTS)  # the account is looked at once


@pytest.mark.parametrize("fill", [False, True])
def test_the_keys_of_another_account_change_nothing_until_that_is_allowed(mirrored, session, fill):
    before = held(session)
    with Account(*OTHER_KEYS) as other:
        other.state.random.seed("of its own")
        for n in range(9 * fill):
            other.state.add_dataset(f"other{n}")
            other.state.add_etl(status=2)
        for _ in range(2):
            reports = other.run(session, trusting=False)
            assert {report.outcome for report in reports.values()} == {"refused"}
            assert "this mirror was read from access key #" in reports[TASKS].error
            assert OTHER_KEYS[0] not in str([r.error for r in reports.values()])
        assert held(session) == before
        other.mirror(session)
        assert differences(session, other) == []


def test_a_mirror_that_holds_nothing_takes_any_key(session):
    with Account() as empty:
        empty.mirror(session)
        empty.renew_keys(*OTHER_KEYS)
        empty.mirror(session, trusting=False)


@pytest.mark.parametrize("stream", LISTS)
def test_a_list_that_is_empty_all_at_once_is_refused_however_short_it_was(
    mirrored, session, stream
):
    for key in mirrored.state.keys(KINDS[stream]):
        mirrored.state.delete(KINDS[stream], key)
    for _ in range(2):
        reports = mirrored.run(session, trusting=False)
        assert reports[stream].outcome == "refused"
        assert f"q/{stream}: 3 of 3 rows would be deleted" in reports[stream].error
        assert buried(session, stream) == []
    mirrored.mirror(session)
    assert len(buried(session, stream)) == 3


def test_the_last_part_of_something_that_is_there_may_go(mirrored, session):
    dataset = mirrored.state.truth("datasets")[0]["datasetId"]
    versions = [v for v in mirrored.state.truth("dataset_versions") if v["datasetId"] == dataset]
    for version in versions:
        mirrored.state.delete("dataset_versions", version["versionId"])
    mirrored.mirror(session, trusting=False)
    assert len(buried(session, "dataset_versions")) == len(versions) > 0


def test_a_list_that_was_always_empty_is_no_matter(session):
    with Account() as empty:
        empty.mirror(session, trusting=False)
        empty.mirror(session, trusting=False)
