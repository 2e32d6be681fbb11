"""What a record is to Label Studio, and what its answers to an import say."""

import json

import pytest

from etl.errors import BadAnswer, Invalid, Missing
from etl.exchange import Answer
from etl.extract import ask
from etl.intake import Existing, Job
from etl.platforms.label_studio import finding, importing, refusals, wrapping
from senders import Scripted, json_answer


def sent(raw):
    return json.loads(wrapping.wrapped(raw.encode(), "f00.7.3"))


# Records


def test_a_record_without_data_is_the_data_of_a_task():
    assert sent('{"image": "a"}') == {"data": {"image": "a"}, "meta": {"annomirror": "f00.7.3"}}


def test_a_task_keeps_everything_it_has():
    raw = '{"data": {"image": "a"}, "annotations": [{"result": []}], "meta": {"by": "me"}}'
    assert sent(raw) == json.loads(raw) | {"meta": {"by": "me", "annomirror": "f00.7.3"}}


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ("null", {"annomirror": "f00.7.3"}),
        ("{}", {"annomirror": "f00.7.3"}),
        ('{"a": [1.50]}', {"a": [1.5], "annomirror": "f00.7.3"}),
    ],
)
def test_meta_takes_the_mark(meta, expected):
    assert sent(f'{{"data": {{}}, "meta": {meta}}}')["meta"] == expected


@pytest.mark.parametrize("meta", ['"text"', "0", "true", "[]", '[{"a": 1}]', '{"annomirror": 1}'])
def test_meta_that_cannot_take_the_mark_without_a_loss_is_refused(meta):
    with pytest.raises(ValueError, match="meta"):
        sent(f'{{"data": {{}}, "meta": {meta}}}')


def test_content_is_not_written_anew():
    wrapped = wrapping.wrapped(b'{"n": 12345678901234567890123, "x": 1.50, "u": "\\u00e9"}', "m")
    assert b'"n": 12345678901234567890123, "x": 1.50, "u": "\\u00e9"' in wrapped


def test_a_record_is_called_by_a_field_of_its_data():
    for raw in (b'{"k": "a"}', b'{"data": {"k": "a"}, "k": "b"}'):
        assert wrapping.key(raw, "k") == "a"
    assert wrapping.key(b'{"k": 7}', "k") == 7


def test_a_change_is_asked_for_only_where_there_is_one():
    there = Existing(5, b'{"a": 1, "b": 2}')
    assert wrapping.change(b'{"data": {"b": 2, "a": 1.0}}', there) is None
    asked = wrapping.change(b'{"data": {"b": 3}}', there)
    assert (asked.method, asked.path, asked.body) == (
        "PATCH",
        "/api/tasks/5/",
        b'{"data":{"b": 3}}',
    )


# Answers


def test_both_ways_to_answer_an_import_are_understood():
    done = {"task_count": 2, "annotation_count": 1, "prediction_count": 0, "task_ids": [4, 5]}
    counts = {"task_count": 2, "annotation_count": 1, "prediction_count": 0}
    assert importing.answered(json_answer(done)) == Job(ids=(4, 5), counts=counts)
    assert importing.answered(json_answer({"import": 2439745})) == Job(id=2439745, status="created")


@pytest.mark.parametrize("said", [{}, {"detail": "ok"}, [], {"import": None}, {"task_count": "2"}])
def test_an_answer_that_says_neither_is_none(said):
    with pytest.raises(BadAnswer):
        importing.answered(json_answer(said))


def test_a_job_tells_what_it_has_come_to():
    said = {
        "id": 3,
        "status": "completed",
        "error": None,
        "created_at": "2026-11-21T18:15:16.761555Z",
        "finished_at": None,
        "task_count": 1,
        "task_ids": [9],
        "tasks": [{"data": {"a": "é"}}],
    }
    job = ask(importing.job(1, 3), Scripted(said))
    assert job == Job(
        id=3,
        ids=(9,),
        made=1,
        counts={"task_count": 1, "annotation_count": 0, "prediction_count": 0},
        created_at="2026-11-21 18:15:16.761555",
        records=[rb'{"data": {"a": "\u00e9"}}'],
    )


WORDS = (
    'Error at item 1: "image" key is expected in task data '
    "[assume: item[\"data\"] = task root with values] :: {'data': {'n': 2}}"
)


def test_problems_are_told_by_place():
    detail = {"detail": "Validation error"}
    wrong = {"non_field_errors": [{}, WORDS, {}, "Error at item 3: Task is empty (None) :: None"]}
    body = json.dumps(detail | {"validation_errors": wrong}).encode()
    found = refusals.refusal(Answer(400, {}, body))
    assert isinstance(found, Invalid)
    assert found.problems == {1: '"image" key is expected in task data', 3: "Task is empty (None)"}


def test_problems_are_told_from_the_words_of_a_worker_too():
    said = f"[{{}}, ErrorDetail(string={WORDS!r}, code='invalid')]"
    assert refusals.problems(said) == {1: '"image" key is expected in task data'}


DATA = "Error at item 0: x :: 'ErrorDetail(string='Error at item 5: y'"


@pytest.mark.parametrize("quote", ["'", '"', "\\'"])
def test_what_a_record_says_is_not_taken_for_a_problem(quote):
    text = f"Error at item 1: bad :: {{{quote}text{quote}: {quote}{DATA}{quote}}}"
    body = {"validation_errors": {"non_field_errors": [{}, text]}, "detail": "Validation error"}
    found = refusals.refusal(Answer(400, {}, json.dumps(body).encode()))
    assert found.problems == {1: "bad"}
    said = f"[{{}}, ErrorDetail(string={text!r}, code='invalid')]"
    assert refusals.problems(said) == {1: "bad"}


def test_problems_of_predictions_are_told_by_their_task():
    said = "Prediction validation failed (1 errors):\n- Task 4, prediction 0: no such label\n"
    assert refusals.problems(said) == {4: "prediction 0: no such label"}


def test_a_refusal_without_problems_is_left_to_the_general_rules():
    assert refusals.refusal(Answer(400, {}, b'{"detail": "no"}')) is None
    assert refusals.refusal(Answer(400, {}, b"<html>")) is None


# Questions


class Fails(Scripted):
    """Raises the answers that are errors."""

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        answer = self.answers.pop(0)
        self.asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return json_answer(answer)


def test_a_project_that_is_not_there_is_told_with_those_that_are():
    listed = {"results": [{"id": 3, "title": "Boxes"}, {"id": 4, "title": "Spans"}]}
    with pytest.raises(Missing, match=r"no project 9; there are: 'Boxes' \(3\), 'Spans' \(4\)"):
        ask(importing.project(9), Fails(Missing("no", 404), listed))


def test_marked_tasks_are_found_over_several_pages():
    first = [
        {"id": 4, "meta": {"annomirror": "f.1.1"}},
        {"id": 6, "meta": [{"annomirror": "f.1.2"}]},
    ]
    last = [{"id": 9, "meta": {"annomirror": "f.1.3"}}, {"id": 10, "meta": {"annomirror": "f.1.x"}}]
    sender = Scripted({"total": 4, "tasks": first}, {"total": 2, "tasks": last})
    assert ask(finding.marked(7, "f.1."), sender) == {1: [4], 2: [6], 3: [9]}
    items = json.loads(sender.asked[1].params["query"])["filters"]["items"]
    assert [(item["filter"], item["value"]) for item in items] == [
        ("filter:tasks:meta", "f.1."),
        ("filter:tasks:id", 6),
    ]


def test_a_task_of_another_key_than_was_asked_for_is_none():
    tasks = [{"id": 4, "data": {"k": "a"}}, {"id": 5, "data": {"k": "a\0b"}}]
    found = ask(finding.existing(7, "k", ["a"]), Scripted({"total": 2, "tasks": tasks}))
    assert list(found) == ["a"]


def test_a_task_without_the_field_of_the_key_is_none():
    tasks = [{"id": 4, "data": {"m": 1}}, {"id": 5, "data": {"k": "a"}}]
    found = ask(finding.existing(7, "k", ["a"]), Scripted({"total": 2, "tasks": tasks}))
    assert list(found) == ["a"]


def test_a_task_without_data_is_a_bad_answer_where_keys_are_asked_for():
    with pytest.raises(BadAnswer, match="a task cannot be read: it has no data"):
        ask(finding.existing(7, "k", ["a"]), Scripted({"total": 1, "tasks": [{"id": 4}]}))


def test_a_percent_sign_survives_a_server_that_decodes_twice():
    sender = Scripted({"total": 0, "tasks": []})
    ask(finding.existing(7, "k", ["a%20b"]), sender)
    query = sender.asked[0].params["query"]
    assert "%" not in query
    assert json.loads(query)["filters"]["items"][0]["value"] == ["a%20b"]


def test_tasks_are_read_by_range_where_they_lie_together_and_else_by_name():
    sender = Scripted(*[{"total": 0, "tasks": []}] * 3)
    ask(finding.records(7, [*range(1, 501), 600, 700]), sender)
    values = [json.loads(r.params["query"])["filters"]["items"][0]["value"] for r in sender.asked]
    assert values == [{"min": 1, "max": 500}, [600, 700]]
