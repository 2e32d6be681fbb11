"""What `tests/properties/test_fuzz.py` and the spoiling proxy have found, each by its name."""

import json

import httpx
import pytest

import annotators
from etl.auth import Token
from etl.client import Client
from etl.errors import BadAnswer
from etl.exchange import Answer, Request
from etl.extract import ask, pages
from etl.paging import listing
from etl.platforms.coco_annotator import walks
from etl.platforms.coco_annotator.images import _documents, _Found
from etl.platforms.coco_annotator.scope import Scope, burials
from etl.platforms.qianfan import login, records
from etl.platforms.qianfan.listings import encoded
from etl.source import Part, Source
from etl.walk import Page, Position, Start

START = Start(source=annotators.source(page_size=3), part=Part(""), position=Position())


class Said:
    """Gives each path its answer."""

    def __init__(self, answers):
        self.answers, self.requests = answers, 0

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        self.requests += 1
        return Answer(200, {}, self.answers[request.path])


def test_a_list_nested_beyond_reason_fails_its_stream_and_not_the_run():
    with pytest.raises(BadAnswer, match="not JSON"):
        listing(Answer(200, {}, b"[" * 100_000))


@pytest.mark.parametrize("body", [b'{"error_code": "\xff"}', b"[" * 100_000])
def test_an_answer_that_a_platform_cannot_explain_is_a_bad_one_and_no_silent_server(body):
    def answer(_request):
        return httpx.Response(200, content=body)

    source = Source(
        name="s", platform="qianfan", url="http://q.test", page_size=1, concurrency=1, timeout=5,
        deadline=5,
    )  # fmt: skip
    transport = httpx.MockTransport(answer)
    sender = Client(source, Token("Token", "t"), login.explain, transport=transport)
    with pytest.raises(BadAnswer, match="GET /v2/dataset: the answer is no JSON"):
        sender.send(Request("/v2/dataset"))
    assert sender.requests == 1
    sender.close()


def test_a_number_beyond_all_times_is_no_time_and_no_crash():
    with pytest.raises(ValueError, match="not a time"):
        records.moment(10**400)


def test_half_a_surrogate_pair_in_a_record_of_qianfan_reaches_the_quarantine():
    assert encoded({"name": "\ud800"}) == b'{"name": "\\ud800"}'
    assert encoded({"name": "ü"}) == '{"name":"ü"}'.encode()


def test_half_a_surrogate_pair_in_the_name_of_a_field_of_coco_annotators_is_no_crash():
    assert walks.username(b'{"username": "ann", "x\\ud800": 1}') == ""
    assert walks.username(b'{"username": "ann"}') == "ann"


@pytest.mark.parametrize("key", [[], {}, None])
def test_a_date_of_deletion_for_what_has_no_id_is_no_crash(key):
    answers = Said({"/api/undo/list/": json.dumps([{"id": key, "date": "2026-01-01"}]).encode()})
    assert ask(burials(START, "image"), answers) in ({}, {None: "2026-01-01 00:00:00.000000"})


def test_a_total_beyond_reason_is_not_asked_for_page_by_page():
    answers = Said({"/api/image/": b'{"total": 4294967296, "images": []}'})
    with pytest.raises(BadAnswer, match="4294967296 images are announced"):
        list(pages(_documents(START, Scope(frozenset({1})), set(), _Found(), again=False), answers))
    assert answers.requests < 10


@pytest.mark.parametrize("failure", [UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no")])
def test_text_that_cannot_be_written_fails_the_stream_it_is_in(failure):
    def walk():
        yield Request("/api/things")
        raise failure
        yield Page([])

    class Sender:
        def conceal(self, error):
            """Nothing here is secret."""

        def send(self, _request):
            return Answer(200, {}, b"{}")

    with pytest.raises(BadAnswer, match="GET /api/things: the answer is not as documented"):
        list(pages(walk(), Sender()))
    with pytest.raises(BadAnswer, match="documents"):
        ask(walk(), Sender())
