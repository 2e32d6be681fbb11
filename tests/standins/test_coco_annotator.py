"""The stand-in's quirks, each one measured on a real COCO Annotator 0.11.1 before."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from etl.standins.clock import Clock
from etl.standins.coco_annotator import CocoAnnotator, catalogue, chores, work

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
INTERNAL = {"message": "Internal Server Error"}


@pytest.fixture
def platform():
    """Serve one dataset with one image and a category."""
    with CocoAnnotator(clock=Clock(NOON)) as platform:
        catalogue.add_category(platform.state, "car", "ada")
        catalogue.add_dataset(platform.state, "street", "ada", categories=[1], users=["bo"])
        catalogue.add_image(platform.state, 1, "train/1.jpg")
        for name in ("ada", "bo", "eve"):
            platform.state.add_user(name, "secret")
        yield platform


@pytest.fixture
def client(platform):
    with connected(platform, platform.username, platform.password) as client:
        yield client


def connected(platform, *auth, **headers):
    return httpx.Client(base_url=f"{platform.url}/api", auth=auth or None, headers=headers)


def login(client, **body):
    return client.post("/user/login", json=body)


def ids(rows):
    return [row["id"] for row in rows]


# Credentials


def test_a_login_starts_a_session_of_31_days_that_survives_logging_out(platform):
    with connected(platform) as client:
        answer = login(client, username="ADA", password="secret")
        assert answer.json()["user"]["username"] == "ada"
        assert "password" not in answer.json()["user"]
        assert answer.headers["set-cookie"].endswith("; HttpOnly; Path=/")
        old = {"cookie": f"session={client.cookies['session']}"}
        client.get("/user/logout")
        client.cookies.clear()
        platform.clock.advance(days=30)
        assert client.get("/dataset/", headers=old).status_code == 200
        assert client.get("/dataset/", headers={"cookie": f"{old['cookie']}x"}).status_code == 401
        platform.clock.advance(days=2)
        assert client.get("/dataset/", headers=old).status_code == 401
    assert platform.side_effects == ["GET /api/user/logout"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"json": {"username": "ada", "password": "no"}}, "Could not authenticate user"),
        ({"json": {"username": "ada"}}, "Input payload validation failed"),
        ({"data": {"username": "ada", "password": "secret"}}, "Input payload validation failed"),
        (
            {"content": "{", "headers": {"content-type": "application/json"}},
            "The browser (or proxy",
        ),
    ],
)
def test_a_failed_login_is_always_400(platform, asked, said):
    with connected(platform) as client:
        answer = client.post("/user/login", **asked)
    assert (answer.status_code, answer.json()["message"].startswith(said)) == (400, True)


@pytest.mark.parametrize("auth", [(), ("ada", "no"), ("nobody", "secret")])
def test_without_good_credentials_it_is_401_with_a_message(platform, auth):
    with connected(platform, *auth) as client:
        answer = client.get("/annotation/")
    expected = {"success": False, "message": "Authorization required"}
    assert (answer.status_code, answer.json()) == (401, expected)
    assert "www-authenticate" not in answer.headers


def test_those_who_are_no_admins_get_401_too(platform):
    with connected(platform, "Ada", "secret") as client:
        answer = client.get("/admin/users")
    assert (answer.status_code, answer.json()["message"]) == (401, "Access denied")


def test_without_logins_anonymous_sees_everything_but_the_users(platform):
    platform.state.login_disabled = True
    with connected(platform) as client:
        assert client.get("/info/").json()["login_enabled"] is False
        assert client.get("/user/").json()["username"] == "anonymous"
        assert len(client.get("/dataset/").json()) == 1
        assert client.get("/dataset/1/coco").status_code == 200
        assert client.get("/admin/users").json()["message"] == "Access denied"
    with connected(platform, "ada", "secret") as client:
        text = client.get("/user/").json()
    assert json.loads(text)["password"].startswith("sha256$")


def test_info_needs_no_credentials(platform):
    with connected(platform) as client:
        info = client.get("/info/").json()
    assert (info["name"], info["git"], info["total_users"]) == (
        "COCO Annotator",
        {"tag": "v0.11.1"},
        4,
    )


def test_whoever_asks_changes_its_own_row(platform, client):
    client.get("/dataset/")
    (row, *others) = client.get("/admin/users?limit=2").json()["users"]
    assert row["last_seen"] == {"$date": int(NOON.timestamp() * 1000)}
    assert not {"password", "preferences"} & row.keys()
    assert "last_seen" not in others[0]


def test_users_count_pages_one_too_many_and_from_0(client):
    answer = client.get("/admin/users?limit=2&page=3").json()
    assert answer == {"total": 4, "pages": 3, "page": 2, "per_page": 2, "users": []}
    assert client.get("/admin/user/ADA").json()["password"].startswith("sha256$")


# Who sees what


@pytest.mark.parametrize(
    ("name", "status", "rows"), [("ada", 200, 1), ("bo", 403, 1), ("eve", 400, 0)]
)
def test_members_may_look_and_owners_download(platform, name, status, rows):
    work.post_annotation(platform.state, 1, 1)
    chores.export(platform.state, 1)
    with connected(platform, name, "secret") as client:
        for path in ("/dataset/1/coco", "/dataset/1/exports", "/export/1/download"):
            assert client.get(path).status_code == status
        for path in ("/dataset/", "/category/", "/annotation/"):
            assert len(client.get(path).json()) == rows
        assert client.get("/image/").json()["total"] == rows
        assert client.get("/annotation/1").status_code == (200 if rows else 400)
        assert client.get("/dataset/1/data").status_code == (200 if rows else 500)
        assert len(client.get("/tasks/").json()) == 1
    with connected(platform, "ada", "secret") as client:
        assert ids(client.get("/dataset/1/exports").json()) == [1]


def test_members_are_listed_without_ids(client):
    rows = client.get("/dataset/1/users").json()
    assert [row["username"] for row in rows] == ["ada", "bo"]
    assert not {"id", "password"} & rows[0].keys()


# Errors


@pytest.mark.parametrize(
    ("path", "place"),
    [("/dataset", "/dataset/"), ("/image?page=2&fields=a%2Cb", "/image/?page=2&fields=a%2Cb")],
)
def test_a_missing_slash_is_redirected(platform, client, path, place):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (308, f"{platform.url}/api{place}")


PARSED = (
    *("/image/", "/dataset/1/data", "/dataset/data", "/dataset/1/stats", "/dataset/1/users"),
    *("/category/data", "/admin/users"),
)


@pytest.mark.parametrize("path", PARSED)
def test_a_get_that_calls_nothing_json_is_400(client, path):
    assert client.get(path, headers={"content-type": "application/json"}).status_code == 400
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/dataset/", "/annotation/", "/undo/list/"])
def test_routes_without_arguments_do_not_mind(client, path):
    assert client.get(path, headers={"content-type": "application/json"}).status_code == 200


def test_errors_are_json_but_for_unknown_paths(client):
    bad = client.get("/image/?page=abc")
    assert (bad.status_code, bad.json()) == (
        400,
        {
            "errors": {"page": "invalid literal for int() with base 10: 'abc'"},
            "message": "Input payload validation failed",
        },
    )
    for path in ("/nothing", "/dataset/1", "/user/login"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html")
    wrong = client.delete("/annotation/1")
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/json")


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/annotation/9", 400, {"message": "Invalid annotation id"}),
        ("/category/9", 400, {"success": False}),
        ("/export/9", 400, {"message": "Invalid export ID"}),
        ("/dataset/9/stats", 400, {"message": "Invalid dataset id"}),
        ("/dataset/9/data", 500, INTERNAL),
        ("/tasks/9/logs", 400, {"message": "Invalid task id"}),
    ],
)
def test_unknown_ids_are_400_but_for_one_500(client, path, status, body):
    answer = client.get(path)
    assert (answer.status_code, answer.json()) == (status, body)


@pytest.mark.parametrize(
    "path",
    [
        "/dataset/1/scan",
        "/dataset/1/export?categories=",
        "/dataset/1/reset/metadata",
        "/info/long_task",
    ],
)
def test_gets_that_change_something_are_recorded(platform, client, path):
    assert client.get(path).status_code == 200
    assert platform.side_effects == [f"GET /api{path.partition('?')[0]}"]
