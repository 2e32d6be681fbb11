"""Records that spoil their page in the lists that are paged otherwise than by id, or not at all."""

import json
import re
from dataclasses import replace

import pytest

from etl import around, client
from etl.platforms.label_studio import walks
from etl.platforms.qianfan import reading
from etl.platforms.qianfan import walks as v1
from etl.standins.coco_annotator import CocoAnnotator, catalogue
from etl.standins.coco_annotator import seed as coco_annotator
from etl.standins.label_studio import LabelStudio
from etl.standins.qianfan import Qianfan
from proxy import before
from sites import Site

SPOILT = {"status": 500, "body": b'{"detail": "it cannot be told"}'}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("ANNOMIRROR_CONFIG", "ANNOMIRROR_DATABASE", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)


@pytest.fixture(params=["sqlite", "postgresql"])
def site_of(request, tmp_path):
    """Makes a mirror of a server that is read through a proxy, on both databases."""

    def make(platform, server, proxy, *lines):
        site = Site(tmp_path, platform, server, proxy)
        url = "sqlite:///mirror.db"
        if request.param == "postgresql":
            template = request.getfixturevalue("postgres_template")
            url = request.getfixturevalue("new_postgres")(template)
        site.configure(*lines, database=url)
        return site

    return make


def poisoned(proxy, path, *holds, said=SPOILT):
    """Let answers on a path fail of which some condition is true."""

    def spoil(request, answer):
        if not re.fullmatch(path, request.path) or answer.status != 200:
            return answer
        content = json.loads(answer.body)
        return replace(answer, **said) if any(one(request, content) for one in holds) else answer

    proxy.spoil = spoil


def one_stream(said, name):
    return next(stream for stream in said["streams"] if stream["stream"] == name)


def rows(site, sql):
    done = site.run("sql", "--format", "json", sql)
    return [tuple(row.values()) for row in json.loads(done.stdout)]


def ids(site, table):
    return [
        key for (key,) in rows(site, f"SELECT id FROM {table} WHERE deleted_at IS NULL ORDER BY id")
    ]


def aside(site, stream):
    of = (
        f"SELECT record_key, reason FROM sync_rejects WHERE stream = '{stream}' ORDER BY record_key"
    )
    return dict(rows(site, of))


def synced(site, name, *arguments, alone=True):
    """Synchronise; give the code and how a stream went. All others go well, if it is `alone`."""
    code, said, stderr = site.sync(*arguments)
    assert "Traceback" not in stderr
    others = {s["stream"]: s["error"] for s in said["streams"] if s["stream"] != name}
    assert set(others.values()) == {None} or not alone, others
    return code, one_stream(said, name)


def assert_in_part(site, name, stream, code, *keys):
    assert (code, stream["outcome"]) == (3, "partial"), stream
    assert f"{len(keys)} record" in stream["error"]
    assert "could not be read" in stream["error"]
    found = aside(site, name)
    assert list(found) == sorted(keys)
    assert all("cannot give it" in reason and "HTTP 500" in reason for reason in found.values())


# Label Studio: projects, by number


@pytest.fixture
def labels():
    with LabelStudio() as server:
        for number in range(25):
            project = server.state.add_project(f"Project {number}")
            server.state.import_tasks(project.id, [{"data": {"n": number}}])
        server.clock.advance(minutes=60)
        with before(server) as proxy:
            yield server, proxy


def holding(key, *, bare=True):
    """Tell an answer that holds a project; one with only a few of its fields if not `bare`."""

    def holds(request, content):
        few = bare and "include" in dict(request.params)
        return not few and key in [one["id"] for one in content["results"]]

    return holds


@pytest.mark.parametrize("key", [1, 10, 11, 25])
def test_a_poisoned_project_is_set_aside_alone_and_comes_back(site_of, labels, monkeypatch, key):
    monkeypatch.setattr(walks, "PROJECTS_PAGE", 10)
    server, proxy = labels
    site = site_of("label_studio", server, proxy)
    poisoned(proxy, "/api/projects/", holding(key))
    server.state.delete_project(7)
    code, stream = synced(site, "projects")
    assert_in_part(site, "projects", stream, code, str(key))
    every = [n for n in range(1, 26) if n != 7]
    assert ids(site, "label_studio_projects") == [n for n in every if n != key]
    proxy.mend()
    assert synced(site, "projects")[0] == 0
    assert (ids(site, "label_studio_projects"), aside(site, "projects")) == (every, {})


@pytest.mark.parametrize("bare", [True, False])
def test_a_project_that_is_poisoned_later_is_no_deletion(site_of, labels, monkeypatch, bare):
    monkeypatch.setattr(walks, "PROJECTS_PAGE", 10)
    server, proxy = labels
    site = site_of("label_studio", server, proxy)
    site.mirrored()
    poisoned(proxy, "/api/projects/", holding(12, bare=bare))
    server.state.delete_project(3)
    code, stream = synced(site, "projects", alone=bare)
    assert_in_part(site, "projects", stream, code, "12" if bare else "place 11")
    # Without its id, any project that is missing may be the one.
    gone = {3} if bare else set()
    assert set(ids(site, "label_studio_projects")) == {*range(1, 26)} - gone
    proxy.mend()
    assert synced(site, "projects")[0] == 0
    assert set(ids(site, "label_studio_projects")) == {*range(1, 26)} - {3}
    assert aside(site, "projects") == {}


def test_the_only_project_is_not_gone_because_it_cannot_be_read(site_of, monkeypatch):
    with LabelStudio() as server, before(server) as proxy:
        server.state.add_project("Alone")
        site = site_of("label_studio", server, proxy)
        site.mirrored()
        poisoned(proxy, "/api/projects/", holding(1, bare=False))
        code, said, _ = site.sync()
        assert (code, one_stream(said, "projects")["outcome"]) == (3, "failed")
        assert ids(site, "label_studio_projects") == [1]


def test_a_list_that_always_fails_is_given_up_soon(site_of, labels):
    server, proxy = labels
    site = site_of("label_studio", server, proxy)
    site.mirrored()
    poisoned(proxy, "/api/projects/", lambda *_: True)
    proxy.requests.clear()
    code, said, _ = site.sync()
    assert (code, one_stream(said, "projects")["outcome"]) == (3, "failed")
    assert aside(site, "projects") == {}
    assert len([r for r in proxy.requests if r.path == "/api/projects/"]) < 100


# Label Studio: predictions, all in one answer or by task


@pytest.fixture
def guesses():
    with LabelStudio() as server:
        project = server.state.add_project("Guesses").id
        tasks = server.state.import_tasks(project, [{"data": {"n": n}} for n in range(30)])
        rows = [{"task": t.id, "model_version": v, "result": []} for t in tasks for v in "ab"]
        server.state.import_predictions(rows)
        server.clock.advance(minutes=60)
        with before(server) as proxy:
            yield server, proxy, [task.id for task in tasks]


def spoiling(task):
    """Tell an answer with the predictions of a task."""

    def holds(_request, content):
        if isinstance(content, list):
            return task in [one["task"] for one in content]
        with_them = [one["id"] for one in content["tasks"] if "predictions" in one]
        return task in with_them

    return holds


LISTS = "/api/predictions/|/api/tasks/"
OF_TASKS = "SELECT task_id, count(*) FROM label_studio_predictions WHERE deleted_at IS NULL"


def predicted(site):
    return dict(rows(site, f"{OF_TASKS} GROUP BY task_id"))


@pytest.mark.parametrize("place", [0, 9, 10, 29])
def test_predictions_that_spoil_a_list_are_set_aside_by_their_task(site_of, guesses, place):
    server, proxy, tasks = guesses
    site = site_of("label_studio", server, proxy, "page_size = 10")
    key = tasks[place]
    poisoned(proxy, LISTS, spoiling(key))
    for _ in range(2):
        code, stream = synced(site, "predictions")
        assert_in_part(site, "predictions", stream, code, f"of task {key}")
        assert predicted(site) == {task: 2 for task in tasks if task != key}
    proxy.mend()
    assert synced(site, "predictions")[0] == 0
    assert (predicted(site), aside(site, "predictions")) == (dict.fromkeys(tasks, 2), {})
    proxy.requests.clear()
    assert synced(site, "predictions")[0] == 0
    assert not [r for r in proxy.requests if "predictions" in (r.param("include") or "")]


def test_predictions_that_are_poisoned_later_are_no_deletion(site_of, guesses):
    server, proxy, tasks = guesses
    site = site_of("label_studio", server, proxy, "page_size = 10")
    site.mirrored()
    poisoned(proxy, LISTS, spoiling(tasks[12]))
    gone = next(p.id for p in server.state.predictions.values() if p.task == tasks[3])
    server.state.delete_prediction(gone)
    server.clock.advance(minutes=60)
    for _ in range(2):
        code, stream = synced(site, "predictions")
        assert_in_part(site, "predictions", stream, code, f"of task {tasks[12]}")
        assert predicted(site) == dict.fromkeys(tasks, 2) | {tasks[3]: 1}
    lost = [p.id for p in server.state.predictions.values() if p.task == tasks[12]]
    server.state.delete_prediction(lost[0])
    server.clock.advance(minutes=60)
    proxy.mend()
    assert synced(site, "predictions")[0] == 0
    assert predicted(site) == dict.fromkeys(tasks, 2) | {tasks[3]: 1, tasks[12]: 1}
    assert aside(site, "predictions") == {}


def test_predictions_that_cannot_be_read_go_with_their_task(site_of, guesses):
    server, proxy, tasks = guesses
    site = site_of("label_studio", server, proxy, "page_size = 10")
    poisoned(proxy, LISTS, spoiling(tasks[12]))
    synced(site, "predictions")
    server.state.delete_task(tasks[12])
    server.clock.advance(minutes=60)
    assert synced(site, "predictions")[0] == 0
    assert aside(site, "predictions") == {}


# COCO Annotator: images and people, by page; annotations and exports, one by one


@pytest.fixture
def boxes():
    with CocoAnnotator() as server:
        coco_annotator.lively(server.state)
        with before(server) as proxy:
            yield server, proxy


def of_list(name, field, key, *, bare=True):
    """Tell an answer whose list has a record; one with only a few fields if not `bare`."""

    def holds(request, content):
        few = bare and "fields" in dict(request.params)
        return not few and key in [one[field] for one in content[name]]

    return holds


def annotated(server):
    """Give an annotation that is shown in the annotator, and its image."""
    rows = server.state.truth("annotations")
    one = next(row for row in rows if not row["deleted"] and row["category_id"])
    return one["id"], one["image_id"]


def test_too_many_images_that_fail_are_no_images_wherever_they_lie(site_of, boxes, monkeypatch):
    monkeypatch.setattr(around, "MOST_UNREADABLE", 2)
    server, proxy = boxes
    site = site_of("coco_annotator", server, proxy, "page_size = 10")
    every = [image["id"] for image in server.state.truth("images") if not image["deleted"]]
    poisoned(proxy, "/api/image/", *(of_list("images", "id", key) for key in every[5:45:15]))
    code, stream = synced(site, "images", alone=False)
    assert (code, stream["outcome"]) == (3, "failed"), stream
    assert "HTTP 500" in stream["error"]


@pytest.mark.parametrize("bare", [True, False])
@pytest.mark.parametrize("place", [0, 29, 57])
def test_a_poisoned_image_is_set_aside_alone_and_comes_back(site_of, boxes, bare, place):
    server, proxy = boxes
    site = site_of("coco_annotator", server, proxy, "page_size = 20")
    every = [image["id"] for image in server.state.truth("images") if not image["deleted"]]
    key = every[place]
    poisoned(proxy, "/api/image/", of_list("images", "id", key, bare=bare))
    for _ in range(2):
        code, stream = synced(site, "images")
        assert_in_part(site, "images", stream, code, str(key) if bare else f"place {place + 1}")
        assert ids(site, "coco_annotator_images") == [one for one in every if one != key]
    proxy.mend()
    assert synced(site, "images")[0] == 0
    assert (ids(site, "coco_annotator_images"), aside(site, "images")) == (every, {})


@pytest.mark.parametrize("bare", [True, False])
def test_an_image_that_is_poisoned_later_is_no_deletion(site_of, boxes, bare):
    server, proxy = boxes
    site = site_of("coco_annotator", server, proxy, "page_size = 20")
    site.mirrored()
    every = ids(site, "coco_annotator_images")
    catalogue.delete_image(server.state, every[10])
    poisoned(proxy, "/api/image/", of_list("images", "id", every[30], bare=bare))
    for _ in range(2):
        code, stream = synced(site, "images")
        assert (code, stream["outcome"]) == (3, "partial")
        # Without its id, any image that is missing may be the one.
        gone = {every[10]} if bare else set()
        assert set(ids(site, "coco_annotator_images")) == {*every} - gone


def test_a_poisoned_person_goes_by_the_place(site_of, boxes):
    server, proxy = boxes
    for number in range(20):
        server.state.add_user(f"user {number}")
    site = site_of("coco_annotator", server, proxy, "page_size = 10")
    site.mirrored()
    every = ids(site, "coco_annotator_users")
    server.state.delete_user("user 3")
    poisoned(proxy, "/api/admin/users", of_list("users", "username", "user 12"))
    code, stream = synced(site, "users")
    (place,) = aside(site, "users")
    assert place.startswith("place ")
    assert_in_part(site, "users", stream, code, place)
    assert ids(site, "coco_annotator_users") == every
    proxy.mend()
    assert synced(site, "users")[0] == 0
    assert ids(site, "coco_annotator_users") == [one for one in every if one != "user 3"]
    assert aside(site, "users") == {}


@pytest.mark.parametrize("single", [True, False])
def test_a_poisoned_annotation_is_set_aside_alone_and_comes_back(site_of, boxes, single):
    """It spoils the array of all; and its image as well, if it is not only a `single` answer."""
    server, proxy = boxes
    site = site_of("coco_annotator", server, proxy)
    key, image = annotated(server)
    paths = (
        f"/api/annotation/({key})?" if single else f"/api/annotation/|/api/annotator/data/{image}"
    )
    poisoned(proxy, paths, lambda *_: True)
    for _ in range(2):
        code, stream = synced(site, "annotations")
        assert_in_part(
            site, "annotations", stream, code, str(key) if single else f"of image {image}"
        )
    held = set(ids(site, "coco_annotator_annotations"))
    living = {r["id"]: r for r in server.state.truth("annotations") if not r["deleted"]}
    shown = {k for k, r in living.items() if r["category_id"]}
    lost = {key} if single else {k for k, r in living.items() if r["image_id"] == image}
    assert held & shown == shown - lost
    proxy.mend()
    assert synced(site, "annotations")[0] == 0
    assert set(ids(site, "coco_annotator_annotations")) == set(living)
    assert aside(site, "annotations") == {}


def test_an_annotation_that_is_poisoned_later_is_no_deletion(site_of, boxes):
    server, proxy = boxes
    site = site_of("coco_annotator", server, proxy)
    site.mirrored()
    every = ids(site, "coco_annotator_annotations")
    key, _ = annotated(server)
    poisoned(proxy, f"/api/annotation/({key})?", lambda *_: True)
    code, stream = synced(site, "annotations")
    assert_in_part(site, "annotations", stream, code, str(key))
    assert ids(site, "coco_annotator_annotations") == every


def test_an_array_that_no_annotation_spoils_fails(site_of, boxes):
    server, proxy = boxes
    site = site_of("coco_annotator", server, proxy)
    site.mirrored()
    every = ids(site, "coco_annotator_annotations")
    poisoned(proxy, "/api/annotation/", lambda *_: True)
    code, said, _ = site.sync()
    assert (code, one_stream(said, "annotations")["outcome"]) == (3, "failed")
    assert ids(site, "coco_annotator_annotations") == every


def test_a_poisoned_export_is_asked_for_in_every_run(site_of, boxes):
    server, proxy = boxes
    site = site_of("coco_annotator", server, proxy)
    keys = [row["id"] for row in server.state.truth("exports")]
    poisoned(proxy, f"/api/export/{keys[0]}", lambda *_: True)
    for _ in range(2):
        code, stream = synced(site, "exports")
        assert_in_part(site, "exports", stream, code, str(keys[0]))
        assert set(ids(site, "coco_annotator_exports")) == {*keys[1:]}
    proxy.mend()
    assert synced(site, "exports")[0] == 0
    assert set(ids(site, "coco_annotator_exports")) == {*keys}
    assert aside(site, "exports") == {}


# Qianfan: V1 by place, V2 by marker


V1, V1_LIST = "augmentation_tasks", "/wenxinworkshop/enhance/list"
V2, V2_LIST = "text_augmentation_tasks", "/v2/dataprocessing"


@pytest.fixture
def jobs():
    with Qianfan() as server:
        with server.clock.elsewhere(days=-30):
            for _ in range(50):
                server.state.add_enhance(status=2)
                server.state.add_text_augment(status="Succeeded")
                server.clock.advance(minutes=1)
        with before(server) as proxy:
            yield server, proxy


def items(content):
    return content.get("tasks") or content["result"]["items"]


def of_tasks(*keys):
    """Tell an answer that holds one of some tasks."""

    def holds(_request, content):
        return not {task.get("strId") or task.get("taskId") for task in items(content)}.isdisjoint(
            keys
        )

    return holds


# How Qianfan says that it failed.
FAILED = [
    SPOILT,
    {"body": b'{"error_code": 336000, "error_msg": "internal error"}'},
    {"body": b'{"log_id": "1", "status": 500, "success": false, "code": "500000"}'},
    {"status": 500, "body": b'{"requestId": "1", "code": "InternalError", "message": "again"}'},
]


@pytest.mark.parametrize("said", FAILED)
@pytest.mark.parametrize(("kind", "path"), [(V1, V1_LIST), (V2, V2_LIST)])
def test_a_poisoned_row_is_read_around_however_the_platform_says_that_it_failed(
    site_of, jobs, kind, path, said
):
    server, proxy = jobs
    site = site_of("qianfan", server, proxy)
    shelf = "enhance_tasks" if kind == V1 else "text_augment_tasks"
    every = server.state.keys(shelf)
    poisoned(proxy, path, of_tasks(every[30]), said=said)
    code, stream = synced(site, kind)
    assert (code, stream["outcome"], len(aside(site, kind))) == (3, "partial", 1)
    assert set(ids(site, f"qianfan_{kind}")) == {*every} - {every[30]}
    proxy.mend()
    assert synced(site, kind)[0] == 0
    assert (set(ids(site, f"qianfan_{kind}")), aside(site, kind)) == ({*every}, {})


@pytest.mark.parametrize("long", [True, False])
@pytest.mark.parametrize("place", [0, 19, 20, 33, 49])
def test_a_poisoned_row_of_v1_is_set_aside_by_its_place(site_of, jobs, monkeypatch, place, long):
    for module in (reading, v1):
        monkeypatch.setattr(module, "SHORT", 10 if long else 2_000)
    server, proxy = jobs
    site = site_of("qianfan", server, proxy)
    every = server.state.keys("enhance_tasks")
    poisoned(proxy, V1_LIST, of_tasks(every[place]))
    for new in range(2):
        code, stream = synced(site, V1)
        assert_in_part(site, V1, stream, code, f"place {place + 1} from the end")
        held = set(ids(site, f"qianfan_{V1}"))
        assert held == {*every} - {every[place]}, new
        every = [*every, server.state.add_enhance(status=2)["strId"]]
    proxy.mend()
    assert synced(site, V1)[0] == 0
    assert (set(ids(site, f"qianfan_{V1}")), aside(site, V1)) == ({*every}, {})
    assert synced(site, V1)[0] == 0


@pytest.mark.parametrize("long", [True, False])
def test_a_row_of_v1_that_is_poisoned_later_is_no_deletion(site_of, jobs, monkeypatch, long):
    for module in (reading, v1):
        monkeypatch.setattr(module, "SHORT", 10 if long else 2_000)
    server, proxy = jobs
    site = site_of("qianfan", server, proxy)
    site.mirrored()
    every = server.state.keys("enhance_tasks")
    poisoned(proxy, V1_LIST, of_tasks(every[30]))
    server.state.delete("enhance_tasks", every[28])
    code, stream = synced(site, V1)
    assert (code, stream["outcome"]) == (3, "partial")
    assert set(ids(site, f"qianfan_{V1}")) == {*every}
    proxy.mend()
    assert synced(site, V1)[0] == 0
    assert set(ids(site, f"qianfan_{V1}")) == {*every} - {every[28]}
    assert aside(site, V1) == {}


@pytest.mark.parametrize("place", [0, 9, 10, 33, 49])
def test_a_poisoned_row_of_v2_is_read_around_from_both_ends(site_of, jobs, place):
    server, proxy = jobs
    site = site_of("qianfan", server, proxy, "page_size = 10")
    every = server.state.keys("text_augment_tasks")
    poisoned(proxy, V2_LIST, of_tasks(every[place]))
    where = f"behind {every[place - 1]}" if place else "at the beginning"
    for _ in range(2):
        code, stream = synced(site, V2)
        assert_in_part(site, V2, stream, code, where)
        assert set(ids(site, f"qianfan_{V2}")) == {*every} - {every[place]}
    proxy.mend()
    assert synced(site, V2)[0] == 0
    assert (set(ids(site, f"qianfan_{V2}")), aside(site, V2)) == ({*every}, {})


def test_a_row_of_v2_that_is_poisoned_later_is_no_deletion(site_of, jobs):
    server, proxy = jobs
    site = site_of("qianfan", server, proxy, "page_size = 10")
    site.mirrored()
    every = server.state.keys("text_augment_tasks")
    poisoned(proxy, V2_LIST, of_tasks(every[20], every[30]))
    server.state.delete("text_augment_tasks", every[40])
    code, stream = synced(site, V2)
    assert_in_part(site, V2, stream, code, f"behind {every[19]}")
    assert set(ids(site, f"qianfan_{V2}")) == {*every}
    poisoned(proxy, V2_LIST, of_tasks(every[30]))
    code, stream = synced(site, V2)
    assert_in_part(site, V2, stream, code, f"behind {every[29]}")
    proxy.mend()
    assert synced(site, V2)[0] == 0
    assert set(ids(site, f"qianfan_{V2}")) == {*every} - {every[40]}
    assert aside(site, V2) == {}


@pytest.mark.parametrize(("name", "path"), [(V1, V1_LIST), (V2, V2_LIST)])
def test_a_list_of_tasks_that_always_fails_is_given_up_soon(site_of, jobs, name, path):
    server, proxy = jobs
    site = site_of("qianfan", server, proxy)
    site.mirrored()
    every = ids(site, f"qianfan_{name}")
    poisoned(proxy, path, lambda *_: True)
    proxy.requests.clear()
    code, said, _ = site.sync()
    assert (code, one_stream(said, name)["outcome"]) == (3, "failed")
    assert (ids(site, f"qianfan_{name}"), aside(site, name)) == (every, {})
    assert len([r for r in proxy.requests if r.path == path]) < 100


@pytest.mark.parametrize("name", [V1, V2])
def test_verify_does_not_take_what_cannot_be_read_for_gone(site_of, jobs, name):
    server, proxy = jobs
    site = site_of("qianfan", server, proxy)
    site.mirrored()
    every = ids(site, f"qianfan_{name}")
    poisoned(proxy, f"{V1_LIST}|{V2_LIST}", of_tasks(every[30]))
    site.run("verify", "--deep", "--repair", "--allow-mass-delete")
    assert ids(site, f"qianfan_{name}") == every
