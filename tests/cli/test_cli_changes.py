"""annomirror sync after things happened upstream."""

import pytest


def box(key, label):
    value = {"x": 1, "y": 2, "width": 3, "height": 4, "rotation": 0, "rectanglelabels": [label]}
    names = {"from_name": "label", "to_name": "image", "type": "rectanglelabels"}
    return {"id": key, **names, "value": value}


@pytest.fixture
def annotated(site, boxes, server):
    """The first task has an annotation of two boxes, and all is mirrored."""
    server.state.add_annotation(1, [box("a", "Car"), box("b", "Bus")], lead_time=2.5)
    site.mirrored()
    return site


def test_a_deleted_annotation_becomes_a_tombstone_with_its_values(annotated, server):
    server.state.delete_annotation(1)
    tasks = annotated.mirrored()["streams"][2]
    assert tasks["deleted"] == 5  # the annotation, two results, two labels
    assert annotated.rows(
        "SELECT id, task_id, completed_by_id, lead_time, deleted_at IS NOT NULL "
        "FROM label_studio_annotations"
    ) == [(1, 1, 1, 2.5, 1)]
    assert annotated.rows(
        "SELECT label, deleted_at IS NOT NULL FROM label_studio_result_labels ORDER BY position"
    ) == [("Car", 1), ("Bus", 1)]


def test_regions_taken_out_of_an_annotation_are_gone_without_a_tombstone(annotated, server):
    server.state.patch_annotation(1, result=[box("b", "Bus")])
    annotated.mirrored()
    found = annotated.rows("SELECT position, label, deleted_at FROM label_studio_result_labels")
    assert found == [(0, "Bus", None)]


def test_an_unchanged_annotation_is_not_written_again(annotated, server):
    before = annotated.rows("SELECT * FROM label_studio_annotations")
    server.state.patch_task(1, data={"n": "new"})
    annotated.mirrored()
    assert annotated.rows("SELECT * FROM label_studio_annotations") == before
    assert annotated.rows("SELECT data FROM label_studio_tasks WHERE id = 1") == [('{"n":"new"}',)]


def test_an_annotation_that_is_deleted_and_made_anew_lives(annotated, server):
    server.state.delete_annotation(1)
    annotated.mirrored()
    server.state.add_annotation(1, [box("c", "Van")])
    annotated.mirrored()
    assert annotated.rows(
        "SELECT l.label FROM label_studio_annotations a JOIN label_studio_result_labels l "
        "ON l.owner_id = a.id WHERE a.deleted_at IS NULL AND l.deleted_at IS NULL"
    ) == [("Van",)]


def test_rows_stamped_before_they_were_committed_are_caught_by_the_next_run(site, boxes, server):
    server.state.import_tasks(1, [{"data": {"late": n}} for n in range(3)], commit=False)
    server.state.add_task(1, {"early": True})  # stamped later, seen at once
    site.mirrored()
    assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(13,)]
    server.state.release()
    site.mirrored()
    assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(16,)]


def test_a_big_import_committed_late_is_caught_too(site, boxes, server):
    server.state.import_tasks(1, [{"data": {}} for _ in range(150)])
    server.state.import_tasks(1, [{"data": {"late": n}} for n in range(3)], commit=False)
    server.state.add_task(1, {"early": True})
    site.mirrored()
    site.mirrored()
    server.state.release()
    site.mirrored()
    assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(166,)]


def test_every_run_catches_what_was_written_since_the_last(site, boxes, server):
    site.mirrored()
    server.state.clock.advance(hours=2)
    for n in range(3):
        server.state.add_task(1, {"later": n})
        site.mirrored()
    assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(15,)]


def test_predictions_that_stamp_no_task_are_found(site, boxes, server):
    site.mirrored()
    rows = [{"task": n, "result": [], "score": 0.5, "model_version": "m"} for n in (1, 2)]
    server.state.import_predictions(rows)
    site.mirrored()
    found = site.rows("SELECT task_id, score, model_version FROM label_studio_predictions")
    assert found == [(1, 0.5, "m"), (2, 0.5, "m")]


def test_a_deleted_prediction_becomes_a_tombstone(site, boxes, server):
    for task in (1, 2):
        server.state.add_prediction(task, [], model_version="m")
    site.mirrored()
    server.state.delete_prediction(1)
    site.mirrored()
    found = site.rows("SELECT id, deleted_at IS NOT NULL FROM label_studio_predictions")
    assert found == [(1, 1), (2, 0)]


def test_a_changed_project_has_its_new_controls_and_not_the_old(site, server):
    choices = '<Choices name="{0}" toName="t"><Choice value="x"/></Choices>'
    config = f'<View>{choices}<Text name="t" value="$t"/></View>'
    server.state.add_project("P", config.format("mood"))
    site.mirrored()
    server.state.patch_project(1, label_config=config.format("tone"))
    site.mirrored()
    found = site.rows("SELECT name FROM label_studio_controls WHERE deleted_at IS NULL")
    assert ("tone",) in found
    assert ("mood",) not in found


def test_what_comes_late_into_a_burst_is_read_when_the_burst_is_a_lookback_old(site, server):
    server.state.clock.freeze()
    project = server.state.add_project("Burst")
    server.state.import_tasks(project.id, [{"data": {"n": n}} for n in range(150)])
    site.mirrored()
    with server.state.clock.elsewhere(seconds=-1):  # a transaction that took its time
        server.state.patch_task(5, data={"n": "late"})
    assert site.mirrored()["streams"][2]["read"] == 0
    server.state.clock.advance(minutes=20)
    assert site.mirrored()["streams"][2]["read"] == 150
    assert site.rows("SELECT data FROM label_studio_tasks WHERE id = 5") == [('{"n":"late"}',)]
    assert site.mirrored()["streams"][2]["read"] == 0
