"""Lines that were written down and never sent may be changed, left out, or have others between."""

import pytest

from etl.imports.existing import ExistingRecords
from etl.imports.retries import Retries
from etl.standins.exchange import json_answer
from importer import Died

AGAIN = [("tasks.jsonl",), ("--resume",)]
SMALL = ("--batch-size", "3")


@pytest.fixture
def dies_before_sending(dies_at):
    """Let the program die between the books and the server, at the n-th batch."""
    return lambda number: dies_at(ExistingRecords, "skip_existing", number)


@pytest.fixture
def cut(site, file, dies_before_sending):
    """Cut the import of seven lines when three are sent and the next three written down."""
    dies_before_sending(2)
    with pytest.raises(Died):
        site.put(file, *SMALL)
    dies_before_sending(0)
    assert site.batches("batch", "status") == [(1, "completed"), (2, "prepared"), (3, "reading")]


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("numbers", [[4, 9, 6, 7], [9, 4, 5, 6, 7], [6], [], [4, 5]], ids=str)
def test_lines_that_were_never_sent_may_be_changed(site, images, again, numbers):
    records = [*images(3), *({"image": f"new {n}", "n": n} for n in numbers)]
    site.file(records)
    foretold = site.imported(*again, "--dry-run") if again != ("--resume",) else None
    said = site.imported(*again)
    assert said == ({"created": len(numbers)} if numbers else {})
    assert foretold in (None, said)
    assert site.numbers == sorted([1, 2, 3, *numbers])
    assert site.items("position", "outcome") == [(n + 1, "created") for n in range(len(records))]
    assert site.mirrored() == site.there
    assert {s for (s,) in site.batches("status")} == {"completed"}
    assert site.put("tasks.jsonl")[0] == 5


@pytest.mark.usefixtures("cut")
def test_lines_that_were_sent_may_not_be_changed_beside_those_that_were_not(site, images):
    site.file([*images(2), *images(5, 13)])
    code, said = site.put("--resume")
    assert (code, "line 3 is another one than when" in said["error"]) == (5, True)
    assert site.numbers == [1, 2, 3]


@pytest.mark.parametrize("again", AGAIN)
def test_a_line_whose_changed_key_is_one_of_its_neighbours_is_no_second_task(
    site, server, file, images, again
):
    key = ("--key", "n", "--update")
    answer = server.server.app.answer

    def forbidden(request):
        by_key = "data.n" in (request.param("query") or "")
        fails = by_key and len(site.posts()) == 1
        return json_answer({}, 403) if fails else answer(request)

    server.server.app.answer = forbidden
    assert site.put(file, *SMALL, *key)[0] == 1
    server.server.app.answer = answer
    assert site.batches("status", "submitted_at")[1] == ("prepared", None)
    records = images(7)
    records[5]["data"]["n"] = 4
    site.file(records)
    more = key if again != ("--resume",) else ()
    assert site.imported(*again, *more) == {"created": 3, "updated": 1}
    assert site.numbers == [1, 2, 3, 4, 5, 7]
    assert site.items("external_key")[5] == ("4",)


@pytest.fixture
def parts_cut(site, server, file, monkeypatch, at_once):
    """Cut an import that was to be halved when one line is in and two parts were never sent."""
    answer = server.server.app.answer

    def narrow(request):
        if request.path == site.posting and request.body.count(b'"n"') > 1:
            return json_answer({}, 413)
        return answer(request)

    def dies(*_arguments):
        raise Died

    server.server.app.answer = narrow
    with monkeypatch.context() as patched:
        patched.setattr(Retries, "taken", dies)
        with pytest.raises(Died):
            site.put(file, "--batch-size", "6", "--key", "n")
    server.server.app.answer = answer


@pytest.mark.usefixtures("parts_cut")
@pytest.mark.parametrize(("now", "outcome"), [(2, "skipped"), (8, "created")])
def test_of_a_batch_that_was_parted_what_was_never_sent_may_be_changed(site, images, now, outcome):
    records = images(7)
    records[2]["data"]["n"] = now
    records[4]["data"]["n"] = 9
    site.file(records)
    said = site.imported("--resume")
    assert (said["created"], said.get("skipped", 0)) == ((6, 1) if now == 2 else (7, 0))
    assert site.numbers == sorted({1, 2, now, 4, 6, 7, 9})
    assert site.items("external_key", "outcome")[2] == (str(now), outcome)
    assert site.imported("--resume") == {}
