"""Logging in, over the wire: sessions, HTTP Basic, servers without a login, refusals."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from annotators import PASSWORD, identity
from etl.errors import Forbidden, SourceError, Unauthorized
from etl.exchange import Request
from etl.standins.faults import Fault

LOGIN = "/api/user/login"
WRONG = "tr0ub4dor&3"
HTML = {"body": b"<html><title>Not here</title></html>", "content_type": "text/html"}


def asked(wire):
    return Counter(request.path for request in wire.requests)


def datasets(client):
    return client.send(Request("/api/dataset/")).body


def refused(client, path="/api/dataset/"):
    with pytest.raises(SourceError) as caught:
        client.send(Request(path))
    return caught.value


# Sessions


def test_one_login_serves_all_requests_and_the_password_travels_once(wire, connect):
    client = connect()
    for _ in range(3):
        datasets(client)
    assert asked(wire) == {LOGIN: 1, "/api/dataset/": 3}
    assert client.requests == 4
    later = [request.headers for request in wire.requests[1:]]
    assert all(h["cookie"].startswith("session=") and "authorization" not in h for h in later)


def test_the_name_may_be_written_in_any_case(connect):
    assert identity(connect("ADA")).account == "ada"


def test_an_expired_session_is_renewed_by_one_login(wire, connect):
    client = connect()
    datasets(client)
    wire.clock.advance(days=32)
    for _ in range(3):
        datasets(client)
    assert asked(wire) == {LOGIN: 2, "/api/dataset/": 5}


def test_a_session_that_is_refused_at_once_ends_in_an_error_not_in_a_loop(wire, connect):
    unwelcome = {"status": 401, "body": b'{"success":false,"message":"Authorization required"}'}
    wire.faults.append(Fault(path="/api/dataset/", times=None, **unwelcome))
    error = refused(connect())
    assert isinstance(error, Unauthorized)
    assert asked(wire) == {LOGIN: 2, "/api/dataset/": 2}
    assert str(error).startswith("the log-in is not accepted; mend username and password")


def test_no_administrator_is_no_reason_to_log_in_again(wire, connect):
    client = connect("ada")
    error = refused(client, "/api/admin/users")
    assert isinstance(error, Forbidden)
    assert "'ada' is no administrator" in str(error)
    assert asked(wire) == {LOGIN: 1, "/api/admin/users": 1}


def test_two_requests_at_once_log_in_once(wire, connect):
    client = connect()
    barrier = threading.Barrier(4)

    def send(_number):
        barrier.wait()
        return datasets(client)

    wire.faults.append(Fault(method="POST", path=LOGIN, delay=0.2))
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(4)))) == 1
        wire.clock.advance(days=32)
        assert len(set(pool.map(send, range(4)))) == 1
    assert asked(wire)[LOGIN] == 2


def test_a_login_that_breaks_off_keeps_nobody_out(wire, connect):
    wire.faults.append(Fault(method="POST", path=LOGIN, close=True))
    assert datasets(connect())
    assert asked(wire)[LOGIN] == 2


# Refusals


@pytest.mark.parametrize(("username", "password"), [("admin", WRONG), ("nobody", PASSWORD)])
def test_a_wrong_password_is_said_so_and_tried_once(wire, connect, username, password):
    error = refused(connect(username, password))
    assert isinstance(error, Unauthorized)
    assert str(error) == (
        f"the server refuses {username!r} (Could not authenticate user); mend username and "
        "password; leave both out where the server's login is disabled"
    )
    assert asked(wire) == {LOGIN: 1}


def test_without_an_account_a_server_that_wants_one_says_so(wire, connect):
    error = refused(connect(None))
    assert isinstance(error, Unauthorized)
    assert str(error).startswith("the server wants a login; mend username and password")
    assert asked(wire) == {"/api/dataset/": 1}


def test_no_secret_is_in_any_message(wire, connect, caplog):
    caplog.set_level("DEBUG")
    said = [str(refused(connect("admin", WRONG)))]
    wire.faults.append(Fault(method="POST", path=LOGIN, times=None, status=500, body=b"{}"))
    said += [str(refused(connect("admin", WRONG))), str(refused(connect("ada"), "/api/nothing"))]
    wire.faults.append(Fault(path="/api/dataset/", times=None, close=True))
    said += [str(refused(connect()))]
    wire.state.login_disabled = True
    said += [str(identity(connect()))]
    hashes = [user["password"] for user in wire.state.users.values()]
    cookies = [request.headers.get("cookie", "session=!") for request in wire.requests]
    secrets = [PASSWORD, WRONG, *hashes, *(cookie.partition("=")[2] for cookie in cookies)]
    assert [one for one in secrets for text in (*said, caplog.text) if one in text] == []


# HTTP Basic


@pytest.mark.parametrize(
    "answer",
    [{"status": 404, **HTML}, {"status": 405, "body": b"{}"}, {"status": 200, "body": b"{}"}],
)
def test_where_a_login_gives_no_session_every_request_is_signed(wire, connect, answer):
    wire.faults.append(Fault(method="POST", path=LOGIN, times=None, **answer))
    client = connect()
    datasets(client)
    datasets(client)
    assert asked(wire) == {LOGIN: 1, "/api/dataset/": 2}
    assert wire.requests[-1].headers["authorization"].startswith("Basic ")
    assert "cookie" not in wire.requests[-1].headers


def test_a_wrong_password_is_refused_there_too(wire, connect):
    wire.faults.append(Fault(method="POST", path=LOGIN, times=None, status=404, **HTML))
    assert isinstance(refused(connect("admin", WRONG)), Unauthorized)


def test_any_letters_will_do_in_a_password(wire, connect):
    wire.state.add_user("zoë", "pä§§ wörd; 密码")
    assert identity(connect("zoë", "pä§§ wörd; 密码")).account == "zoë"
    wire.faults.append(Fault(method="POST", path=LOGIN, times=None, status=404, **HTML))
    assert identity(connect("zoë", "pä§§ wörd; 密码")).account == "zoë"


def test_a_page_in_between_is_no_answer(wire, connect):
    wire.faults.append(Fault(path="/api/dataset/", status=200, **HTML))
    assert "is answered by a web page" in str(refused(connect()))
