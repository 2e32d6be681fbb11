"""Who the server takes us for, what it is, and whether it is a COCO Annotator at all."""

import pytest

from annotators import identity
from etl.errors import BadAnswer, SourceError
from etl.standins.faults import Fault
from etl.walk import Identity

HTML = {"body": b"<html><title>Not here</title></html>", "content_type": "text/html"}


def test_an_administrator_sees_every_dataset(connect):
    expected = Identity("COCO Annotator v0.11.1", "admin", "every dataset")
    assert identity(connect(), thorough=True) == expected


def test_others_see_what_is_shared_with_them(connect):
    found = identity(connect("bo"))
    assert (found.account, found.sees_all) == ("bo", False)
    assert found.visibility == "the datasets shared with it"
    assert found.notes == (
        "no administrator, so datasets that are not shared with the account stay unseen",
    )


@pytest.mark.parametrize(
    ("username", "account", "sees_all"),
    [(None, "anonymous", True), ("admin", "admin", True), ("bo", "bo", False)],
)
def test_a_server_without_logins_is_told_apart(wire, connect, username, account, sees_all):
    wire.state.login_disabled = True
    found = identity(connect(username), thorough=True)
    assert found.version == "COCO Annotator v0.11.1, login disabled"
    assert (found.account, found.sees_all) == (account, sees_all)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404, **HTML},
        {"status": 200, **HTML},
        {"status": 200, "body": b'{"version": "1.0"}'},
        {"status": 200, "body": b"[]"},
        {"status": 200, "body": b"OK"},
    ],
)
def test_another_kind_of_server_is_found_out(wire, connect, answer):
    wire.faults.append(Fault(path="/api/info/", times=None, **answer))
    with pytest.raises(SourceError):
        identity(connect(), thorough=True)


def test_it_is_said_what_the_server_says_it_is(wire, connect):
    wire.faults.append(Fault(path="/api/info/", body=b'{"version": "1.0"}'))
    with pytest.raises(BadAnswer, match=r"not a COCO Annotator.*version.*mend the url"):
        identity(connect(), thorough=True)


@pytest.mark.parametrize("me", [b"{}", b"[]", b"null", b'"[1]"', b'{"user": null}', b"5"])
def test_one_who_is_told_nothing_of_himself_concludes_nothing(wire, connect, me):
    wire.faults.append(Fault(path="/api/user/", body=me))
    assert identity(connect()).sees_all is False
