"""The stand-in's quirks, each one measured on a real Label Studio 1.23.2 before."""

import json
import re
from datetime import UTC, datetime

import httpx
import pytest

from etl.standins.clock import Clock
from etl.standins.label_studio import LabelStudio
from etl.standins.label_studio.seed import lively, work_a_while
from etl.standins.label_studio.volume import many

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LEAN = "id,data,annotations,predictions,result,completed_by"


@pytest.fixture
def platform():
    with LabelStudio(clock=Clock(NOON)) as platform:
        platform.state.add_project(title="Boxes")
        yield platform


@pytest.fixture
def client(platform):
    headers = {"Authorization": f"Token {platform.token}"}
    with httpx.Client(base_url=platform.url, headers=headers) as client:
        yield client


def tasks(client, query=None, **params):
    if query is not None:
        params["query"] = json.dumps(query)
    return client.get("/api/tasks/", params={"project": 1, **params})


def condition(field, operator, value, kind="Number"):
    return {"filter": f"filter:tasks:{field}", "operator": operator, "type": kind, "value": value}


def where(*conditions, conjunction="and", **rest):
    return {"filters": {"conjunction": conjunction, "items": list(conditions)}, **rest}


def ids(answer):
    return [task["id"] for task in answer.json()["tasks"]]


# Paging


def test_a_page_past_the_end_is_404_invalid_page(platform, client):
    platform.state.add_task(1, {})
    answer = tasks(client, page=2)
    assert (answer.status_code, answer.json()["detail"]) == (404, "Invalid page.")


def test_the_first_page_of_nothing_is_an_empty_page(client):
    answer = tasks(client)
    expected = {"total_annotations": 0, "total_predictions": 0, "total": 0, "tasks": []}
    assert (answer.status_code, answer.json()) == (200, expected)


@pytest.mark.parametrize("size", ["-1", "0", "abc", ""])
def test_an_unusable_page_size_falls_back_to_100(platform, client, size):
    platform.state.import_tasks(1, [{"data": {}}] * 120)
    assert len(ids(tasks(client, page_size=size))) == 100


def test_page_sizes_have_no_maximum_unless_the_server_sets_one(platform, client):
    platform.state.import_tasks(1, [{"data": {}}] * 300)
    assert len(ids(tasks(client, page_size=20000))) == 300
    platform.state.page_size_max = 50
    assert len(ids(tasks(client, page_size=20000))) == 50


def test_projects_come_by_100_at_most_and_next_names_the_internal_host(platform, client):
    for number in range(110):
        platform.state.add_project(title=f"P{number}")
    answer = client.get("/api/projects/", params={"ordering": "id", "page_size": 500}).json()
    assert (answer["count"], len(answer["results"])) == (111, 100)
    assert answer["next"].startswith("http://localhost:8080/api/projects/")


# Rows


def test_without_fields_all_children_are_absent_and_derived_keys_hollow(platform, client):
    task = platform.state.add_task(1, {}, file_upload="a.csv")
    platform.state.add_annotation(task.id, [])
    row = tasks(client).json()["tasks"][0]
    assert "annotations" not in row
    assert "predictions" not in row
    assert (row["file_upload"], row["annotators"]) == (None, [])


def test_include_applies_to_nested_annotations_but_not_to_predictions(platform, client):
    task = platform.state.add_task(1, {})
    platform.state.add_annotation(task.id, [])
    platform.state.add_prediction(task.id, [])
    answer = tasks(client, fields="all", include="id,annotations,predictions")
    row = answer.json()["tasks"][0]
    assert row["annotations"] == [{"id": 1}]
    assert {"model_version", "score", "created_ago"} <= row["predictions"][0].keys()


def test_omit_applies_to_nested_annotations_too(platform, client):
    task = platform.state.add_task(1, {})
    platform.state.add_annotation(task.id, [])
    row = tasks(client, fields="all", omit="drafts,created_ago").json()["tasks"][0]
    assert "drafts" not in row
    assert "created_ago" not in row["annotations"][0]
    assert {"data", "completed_at"} <= row.keys()


def test_a_field_only_a_newer_server_has_comes_unless_a_list_of_wanted_fields_leaves_it_out(
    platform, client
):
    task = platform.state.add_task(1, {})
    annotation = platform.state.add_annotation(task.id, [])
    platform.state.spoil(task.id, mood=b"1")
    platform.state.spoil_annotation(annotation.id, mood=b"1")
    platform.state.spoil_project(1, mood=b"1")

    def moods(**sparse):
        row = tasks(client, fields="all", **sparse).json()["tasks"][0]
        project = client.get("/api/projects/1/", params=sparse).json()
        return [one.get("mood") for one in (row, *row["annotations"], project)]

    assert moods() == moods(omit="drafts") == moods(include="id,mood,annotations") == [1, 1, 1]
    assert moods(include="id,annotations") == moods(omit="mood") == [None, None, None]


def test_storage_addresses_are_rewritten_unless_told_otherwise(platform, client):
    platform.state.add_task(1, {"image": "s3://b/dir/a.jpg"})
    rewritten = tasks(client).json()["tasks"][0]["data"]["image"]
    kept = tasks(client, resolve_uri="false").json()["tasks"][0]["data"]["image"]
    assert rewritten.startswith("/tasks/1/resolve/?fileuri=")
    assert kept == "s3://b/dir/a.jpg"


def test_a_timestamp_on_the_full_second_has_no_fraction(platform, client):
    platform.state.add_task(1, {})
    row = tasks(client).json()["tasks"][0]
    assert row["created_at"] == "2026-11-21T12:00:00Z"
    assert row["updated_at"] == "2026-11-21T12:00:00.000037Z"


def test_created_ago_changes_while_nothing_else_does(platform, client):
    task = platform.state.add_task(1, {})
    platform.state.add_annotation(task.id, [])
    before = tasks(client, fields="all").json()["tasks"][0]["annotations"][0]
    platform.clock.advance(minutes=5)
    after = tasks(client, fields="all").json()["tasks"][0]["annotations"][0]
    assert before.pop("created_ago") != after.pop("created_ago")
    assert before == after


def test_skipped_annotations_are_nested_but_not_listed(platform, client):
    task = platform.state.add_task(1, {})
    platform.state.add_annotation(task.id, [], was_cancelled=True)
    page = tasks(client, fields="all").json()
    assert len(page["tasks"][0]["annotations"]) == 1
    assert (page["total_annotations"], page["tasks"][0]["cancelled_annotations"]) == (0, 1)
    assert client.get(f"/api/tasks/{task.id}/annotations/").json() == []


def test_predictions_of_a_project_are_one_unpaginated_array(platform, client):
    tasks_ = platform.state.import_tasks(1, [{"data": {}}] * 150)
    platform.state.import_predictions([{"task": task.id, "result": []} for task in tasks_])
    answer = client.get("/api/predictions/", params={"project": 1, "page_size": 10})
    assert len(answer.json()) == 150
    assert client.get("/api/predictions/", params={"project": 99}).status_code == 400


def test_a_project_shows_its_storage_password_and_its_parsed_config(platform, client):
    control = '<Choices name="c" toName="t"><Choice value="A"/></Choices>'
    config = f'<View><Text name="t" value="$text"/>{control}</View>'
    platform.state.patch_project(1, label_config=config)
    project = client.get("/api/projects/1/").json()
    assert project["task_data_password"]
    assert project["parsed_label_config"]["c"]["labels"] == ["A"]
    assert project["parsed_label_config"]["c"]["inputs"][0]["value"] == "text"


# Queries


def test_time_and_id_conditions_combine(platform, client):
    for _ in range(4):
        platform.state.add_task(1, {})
    platform.clock.advance(60)
    for task_id in (1, 3, 4):
        platform.state.patch_task(task_id, meta={})
    since = condition("updated_at", "greater_or_equal", "2026-11-21T12:00:30.000000Z", "Datetime")
    answer = tasks(client, where(since, condition("id", "greater", 1)))
    assert (ids(answer), answer.json()["total"]) == ([3, 4], 2)


@pytest.mark.parametrize("text", ["2026-11-21T12:00:00Z", "2026-11-21T12:00:00.000000+00:00"])
def test_a_datetime_in_any_other_format_is_500(client, text):
    answer = tasks(client, where(condition("updated_at", "less", text, "Datetime")))
    assert answer.status_code == 500
    assert "does not match format" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "status", "detail"),
    [
        (where(condition("colour", "equal", 1)), 500, "Cannot resolve keyword"),
        ({"ordering": ["tasks:colour"]}, 500, "Cannot resolve keyword"),
        (where({**condition("id", "equal", 1), "filter": "id"}), 500, "reduce()"),
        (where(condition("annotations__updated_at", "equal", 1)), 400, "__"),
    ],
)
def test_a_query_the_server_cannot_read_is_an_error(client, query, status, detail):
    answer = tasks(client, query)
    assert answer.status_code == status
    assert detail in answer.json()["detail"]


def test_broken_query_json_is_500(client):
    assert client.get("/api/tasks/?project=1&query={").status_code == 500


def test_an_unknown_operator_means_equal(platform, client):
    platform.state.import_tasks(1, [{"data": {}}] * 3)
    assert ids(tasks(client, where(condition("id", "at_least", 2)))) == [2]


@pytest.mark.parametrize(
    ("conditions", "conjunction", "found"),
    [
        ([condition("id", "in_list", [1, 4, 9], "List")], "and", [1, 4]),
        ([condition("id", "in", {"min": 2, "max": 3})], "and", [2, 3]),
        ([condition("id", "not_in", {"min": 2, "max": 3})], "and", [1, 4]),
        ([condition("id", "less", 2), condition("id", "greater", 3)], "or", [1, 4]),
        ([condition("data.n", "contains", "x", "String")], "and", [2]),
    ],
)
def test_operators_select(platform, client, conditions, conjunction, found):
    platform.state.import_tasks(1, [{"data": {"n": "x" if n == 2 else ""}} for n in (1, 2, 3, 4)])
    assert ids(tasks(client, where(*conditions, conjunction=conjunction))) == found


def test_only_the_first_ordering_counts_and_both_minus_signs_descend(platform, client):
    platform.state.import_tasks(1, [{"data": {}}] * 3)
    assert ids(tasks(client, {"ordering": ["-tasks:id", "tasks:created_at"]})) == [3, 2, 1]
    assert ids(tasks(client, {"ordering": ["tasks:-id"]})) == [3, 2, 1]


def test_selected_items_select(platform, client):
    platform.state.import_tasks(1, [{"data": {}}] * 3)
    assert ids(tasks(client, {"selectedItems": {"all": False, "included": [1, 3]}})) == [1, 3]


# Writes and what they bump


def bumps(platform, write):
    task = platform.state.add_task(1, {"k": "v"})
    annotation = platform.state.add_annotation(task.id, [])
    platform.state.add_prediction(task.id, [])
    before = task.updated_at
    platform.clock.advance(60)
    write(platform.state, annotation)
    return task.updated_at != before


@pytest.mark.parametrize(
    "write",
    [
        lambda state, row: state.patch_annotation(row.id, result=[1]),
        lambda state, row: state.delete_annotation(row.id),
        lambda state, row: state.add_annotation(row.task, []),
        lambda state, row: state.add_prediction(row.task, []),
        lambda state, _row: state.delete_prediction(1),
        lambda state, row: state.patch_task(row.task, data={}),
    ],
)
def test_ordinary_writes_bump_the_task(platform, write):
    assert bumps(platform, write)


@pytest.mark.parametrize(
    "write",
    [
        lambda state, row: state.import_predictions([{"task": row.task}]),
        lambda state, row: state.add_draft(row.task, []),
        lambda state, row: state.set_data_silently(row.task, k="w"),
        lambda state, _row: state.patch_project(1, maximum_annotations=3),
        lambda state, _row: state.delete_user(1),
    ],
)
def test_silent_writes_do_not_bump_the_task(platform, write):
    assert not bumps(platform, write)


def test_a_new_ground_truth_takes_it_from_its_sibling_without_a_bump(platform, client):
    task = platform.state.add_task(1, {})
    first = platform.state.add_annotation(task.id, [], ground_truth=True)
    second, stamp = platform.state.add_annotation(task.id, []), first.updated_at
    platform.clock.advance(60)
    client.patch(f"/api/annotations/{second.id}/", json={"ground_truth": True})
    assert (first.ground_truth, first.updated_at, second.ground_truth) == (False, stamp, True)


@pytest.mark.parametrize(("action", "bumped"), [("annotations", True), ("predictions", False)])
def test_bulk_deletion_bumps_for_annotations_only(platform, client, action, bumped):
    task = platform.state.add_task(1, {})
    platform.state.add_annotation(task.id, [])
    platform.state.add_prediction(task.id, [])
    before = task.updated_at
    platform.clock.advance(60)
    client.post(f"/api/dm/actions/?id=delete_tasks_{action}&project=1", json={})
    assert getattr(task, action) == []
    assert (task.updated_at != before) is bumped


def test_propagated_annotations_appear_without_a_bump(platform, client):
    first, second = platform.state.import_tasks(1, [{"data": {}}] * 2)
    source, before = platform.state.add_annotation(first.id, [{"id": "x"}]), second.updated_at
    body = {"source_annotation_id": source.id, "selectedItems": {"all": True, "excluded": []}}
    answer = client.post("/api/dm/actions/?id=propagate_annotations&project=1", json=body)
    assert answer.json() == {"detail": "Created 1 annotations"}
    assert (second.total_annotations, second.is_labeled, second.updated_at) == (1, True, before)


def test_removing_duplicates_moves_annotations_unseen(platform, client):
    keeper, other = platform.state.import_tasks(1, [{"data": {"a": 1}}] * 2)
    platform.state.add_annotation(keeper.id, [])
    moved = platform.state.add_annotation(other.id, [])
    stamp, before = moved.updated_at, keeper.updated_at
    platform.clock.advance(60)
    client.post("/api/dm/actions/?id=remove_duplicates&project=1", json={})
    assert ids(tasks(client)) == [keeper.id]
    assert (moved.task, moved.updated_at, keeper.updated_at) == (keeper.id, stamp, before)


@pytest.mark.parametrize(("backend", "next_id"), [("sqlite", 2), ("postgres", 3)])
def test_only_sqlite_servers_hand_ids_out_again(backend, next_id):
    with LabelStudio(backend=backend) as platform:
        platform.state.add_project()
        platform.state.import_tasks(1, [{"data": {}}] * 2)
        platform.state.delete_task(2)
        assert platform.state.add_task(1, {}).id == next_id


def test_a_big_deletion_is_quick_and_frees_the_ids(platform):
    big = many(platform.state, 3000)
    platform.state.delete_project(big.id)
    assert platform.state.tasks == platform.state.annotations == {}
    assert platform.state.add_task(1, {}).id == 1


def test_uncommitted_rows_keep_their_old_stamps_when_they_appear(platform, client):
    platform.state.import_tasks(1, [{"data": {}, "annotations": [{"result": []}]}], commit=False)
    platform.clock.advance(60)
    platform.state.add_task(1, {})
    hidden = ids(tasks(client))
    platform.state.release()
    rows = tasks(client, fields="all").json()["tasks"]
    assert (hidden, [row["id"] for row in rows]) == ([2], [1, 2])
    assert rows[0]["updated_at"] < rows[1]["updated_at"]
    assert rows[0]["annotations"][0]["ground_truth"] is True


def test_a_bulk_import_counts_what_it_made(platform, client):
    rows = [{"data": {"text": "a"}, "predictions": [{"result": []}]}, {"text": "b"}]
    answer = client.post("/api/projects/1/import?return_task_ids=true", json=rows)
    assert answer.status_code == 201
    assert answer.json()["task_ids"] == [1, 2]
    assert answer.json()["prediction_count"] == 1


# Errors


def test_errors_come_in_an_envelope(client):
    answer = client.get("/api/projects/99/")
    assert answer.status_code == 404
    assert answer.json().keys() == {"id", "status_code", "version", "detail", "exc_info"}


@pytest.mark.parametrize(
    "path", ["/api/nothing/", "/api/current-user/whoami/", "/api/annotations/"]
)
def test_urls_without_a_route_are_404_in_html(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_a_404_on_a_route_without_a_slash_is_html_too(client):
    assert client.get("/api/organizations/999").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("params", "status"),
    [({}, 404), ({"project": 99}, 404), ({"project": "abc"}, 400), ({"project": 2}, 403)],
)
def test_tasks_need_a_project_the_caller_may_see(platform, client, params, status):
    platform.state.add_project(organization=2)
    assert client.get("/api/tasks/", params=params).status_code == status


def test_losing_membership_looks_like_an_empty_platform(platform, client):
    platform.state.remove_member(1)
    assert client.get("/api/current-user/whoami").json()["active_organization"] is None
    assert client.get("/api/projects/").json()["count"] == 0
    assert tasks(client).status_code == 403


def test_a_lone_surrogate_poisons_pages_with_data_on_sqlite(platform, client):
    platform.state.add_task(1, {"text": "\ud800"})
    answer = tasks(client)
    assert (answer.status_code, answer.headers["content-type"][:9]) == (500, "text/html")
    assert ids(tasks(client, include="id,updated_at")) == [1]


def test_postgres_refuses_nul(platform):
    with LabelStudio(backend="postgres") as other:
        other.state.add_project()
        headers = {"Authorization": f"Token {other.token}"}
        body = [{"data": {"text": "\x00"}}]
        answer = httpx.post(f"{other.url}/api/projects/1/import", json=body, headers=headers)
    assert answer.status_code == 500


def test_postgres_orders_the_keys_of_objects_anew():
    with LabelStudio(backend="postgres") as platform:
        platform.state.add_project()
        task = platform.state.add_task(1, {"bb": 1, "c": {"zz": 1, "z": 2}, "a": 1})
    assert task.data == b'{"a":1,"c":{"z":2,"zz":1},"bb":1}'


def test_spoiled_records_are_served_as_they_are(platform, client):
    task = platform.state.add_task(1, {}, raw={"extra": b'{"n":12345678901234567890123}'})
    annotation = platform.state.add_annotation(task.id, [])
    platform.state.spoil(task.id, id=b'"abc"', data=b'{"t":"\\ud800\\u0000"}', without=("meta",))
    platform.state.spoil_annotation(annotation.id, without=("id",))
    row = tasks(client, fields="all").json()["tasks"][0]
    assert (row["id"], row["extra"]["n"], row["data"]["t"]) == (
        "abc",
        12345678901234567890123,
        "\ud800\x00",
    )
    assert "meta" not in row
    assert "id" not in row["annotations"][0]
    assert "data" not in tasks(client, include="id").json()["tasks"][0]


# Credentials


def bearer(client, token):
    return client.get("/api/current-user/whoami", headers={"Authorization": f"Bearer {token}"})


def refresh(client, token):
    return client.post("/api/token/refresh/", json={"refresh": token})


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ({}, "Authentication credentials were not provided."),
        ({"Authorization": "Bearer x"}, "Authentication credentials were not provided."),
        ({"Authorization": "Token x"}, "Invalid token."),
        ({"X-Api-Key": "x"}, "Invalid token."),
    ],
)
def test_bad_credentials_get_the_servers_words(platform, header, detail):
    answer = httpx.get(f"{platform.url}/api/projects/", headers=header)
    assert (answer.status_code, answer.json()["detail"]) == (401, detail)
    assert answer.headers["www-authenticate"] == "Token"


def test_disabled_legacy_tokens_say_so_at_once(platform, client):
    client.post("/api/jwt/settings", json={"legacy_api_tokens_enabled": False})
    answer = client.get("/api/projects/")
    assert answer.status_code == 401
    assert "legacy token authentication has been disabled" in answer.json()["detail"]


def test_an_access_token_lives_300_seconds_of_the_servers_clock(platform, client):
    access = refresh(client, platform.personal_token).json()["access"]
    platform.clock.advance(299)
    young = bearer(client, access).status_code
    platform.clock.advance(1)
    assert (young, bearer(client, access).status_code) == (200, 401)


def test_a_personal_token_must_be_exchanged_first(platform, client):
    assert bearer(client, platform.personal_token).status_code == 401
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", platform.personal_token)


def test_refreshing_tells_what_is_wrong(platform, client):
    personal = platform.personal_token
    access = refresh(client, personal).json()["access"]
    garbage, wrong = refresh(client, "a.b.c").json(), refresh(client, access).json()
    client.post("/api/token/blacklist/", json={"refresh": personal})
    assert garbage["detail"] == "Token is invalid"
    assert wrong["detail"] == "Token has wrong type"
    assert refresh(client, personal).json()["detail"] == "Token is blacklisted"
    assert bearer(client, access).status_code == 200


def test_a_user_has_one_personal_token(client):
    created, again = client.post("/api/token/"), client.post("/api/token/")
    assert (created.status_code, again.status_code) == (201, 409)
    assert client.get("/api/token/").json()[0]["token"].count(".") == 1


# Content to fill it with


def test_the_demo_is_the_same_every_time_and_lies_in_the_past():
    first, second = LabelStudio(clock=Clock(NOON)), LabelStudio(clock=Clock(NOON))
    for platform in (first, second):
        lively(platform.state)
        work_a_while(platform.state)
        platform.server.stop()
    results = [[one.result for one in p.state.annotations.values()] for p in (first, second)]
    assert results[0] == results[1]
    assert len(first.state.projects) == len(first.state.users) == 4
    assert max(task.updated_at for task in first.state.tasks.values()) <= NOON.replace(minute=1)


def test_a_big_project_is_read_to_its_end_by_keyset(platform, client):
    big, last, seen = many(platform.state, 1200), 0, 0
    while rows := tasks(
        client,
        where(condition("id", "greater", last)),
        project=big.id,
        page_size=500,
        fields="all",
        include=LEAN,
    ).json()["tasks"]:
        last, seen = rows[-1]["id"], seen + len(rows)
    assert seen == 1200
