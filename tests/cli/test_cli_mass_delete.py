"""A listing too short to be believed, on the command line."""

import json

import pytest


@pytest.fixture
def emptied(site, boxes, server):
    """All of sixty predictions are mirrored, and then gone."""
    rows = [{"task": 1, "result": []} for _ in range(60)]
    predictions = server.state.import_predictions(rows)
    site.mirrored()
    for prediction in predictions:
        server.state.delete_prediction(prediction.id)
    return site


def test_a_mass_deletion_is_refused_with_a_code_of_its_own(emptied):
    refused = emptied.run("sync", "--json")
    outcomes = [stream["outcome"] for stream in json.loads(refused.stdout)["streams"]]
    assert (refused.exit_code, json.loads(refused.stdout)["outcome"]) == (5, "refused")
    assert outcomes == ["ok", "ok", "ok", "refused"]
    assert "annomirror sync --allow-mass-delete" in refused.stderr


def test_a_mass_deletion_that_is_allowed_is_carried_out(emptied):
    assert emptied.run("sync", "--allow-mass-delete").exit_code == 0
    live = "SELECT count(*) FROM label_studio_predictions WHERE deleted_at IS NULL"
    assert emptied.rows(live) == [(0,)]


def test_a_rehearsal_of_the_first_run_leaves_no_file(site, boxes):
    before = sorted(path.name for path in site.folder.iterdir())
    assert site.run("sync", "--dry-run").exit_code == 0
    assert sorted(path.name for path in site.folder.iterdir()) == before
