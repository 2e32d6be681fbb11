"""A file whose import has ended, and the same command again: only what is new of it is sent."""

import json

import pytest

from etl.standins.label_studio import LabelStudio

NUMBERS = list(range(1, 8))
INSTEAD = "say --key FIELD --update, to have every line there once more say --again"


@pytest.mark.parametrize("more", [(), ("--batch-size", "2")])
def test_of_a_file_that_grew_only_the_new_lines_are_sent(site, file, images, more):
    site.imported(file, *more)
    site.file(images(10))
    assert site.imported(file, *more) == {"created": 3}
    site.once(range(1, 11))
    site.file(images(11))
    assert site.imported(file) == {"created": 1}
    site.once(range(1, 12))
    code, said = site.put(file)
    assert (code, "this very file was imported" in said["error"]) == (5, True)


def test_a_copy_of_what_was_imported_before_a_file_grew_is_refused(site, file, images):
    site.imported(file)
    copy = site.file(images(7), "copy.jsonl")
    site.file(images(9))
    assert site.imported(file) == {"created": 2}
    for name in (copy, site.file(images(9), "longer.jsonl")):
        code, said = site.put(name)
        assert (code, "this very file was imported" in said["error"]) == (5, True)
    site.once(range(1, 10))


def test_a_file_that_grew_is_not_known_by_what_never_was_sent_of_it(site, file, images):
    site.imported(file)
    site.file(images(9))
    assert site.put(file, site.file("5\n", "broken.jsonl"))[0] == 2
    assert site.imported(site.file(images(9), "copy.jsonl")) == {"created": 9}


def test_another_server_knows_nothing_of_a_file(site, server, file):
    site.imported(file)
    with LabelStudio() as other:
        other.state.add_project("Elsewhere")
        site.server = other
        site.configure()
        assert site.imported(file) == {"created": 7}
        site.server = server


def test_a_file_that_grew_by_far_more_than_is_compared_at_once_is_known(site, images):
    file = site.file(images(2100))
    site.imported(file)
    site.file(images(2150))
    assert site.imported(file) == {"created": 50}
    site.once(range(1, 2151))


@pytest.mark.parametrize("way", ["sub/../tasks.jsonl", "link.jsonl"])
def test_a_file_that_grew_is_known_by_another_spelling(site, file, images, way):
    site.imported(file)
    (site.folder / "sub").mkdir()
    (site.folder / "link.jsonl").symlink_to(site.folder / file)
    site.file(images(9))
    assert site.imported(way) == {"created": 2}
    site.once(range(1, 10))


@pytest.mark.parametrize("grown", [7, 9])
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_file_that_was_edited_is_refused_with_its_first_changed_line(
    site, file, images, grown, more
):
    site.imported(file)
    records = images(grown)
    for place in (3, 5):
        records[place]["data"]["image"] = "another.jpg"
    site.file(records)
    batches = site.batches("id", "options")
    code, said = site.put(file, *more)
    assert (code, said["outcome"], site.numbers) == (5, "refused", NUMBERS)
    assert "tasks.jsonl: line 4 is another one than was imported" in said["error"]
    assert INSTEAD in said["error"]
    assert site.batches("id", "options") == batches
    assert site.imported("--resume") == {}


def test_what_the_refusal_names_does_what_it_says(site, file, images):
    site.imported(file)
    records = images(8)
    records[3]["data"]["image"] = "another.jpg"
    site.file(records)
    said = site.imported(file, "--key", "n", "--update")
    assert said == {"created": 1, "updated": 1, "skipped": 6}
    assert site.numbers == list(range(1, 9))


def test_a_file_that_is_shorter_than_what_was_imported_is_refused(site, file, images):
    site.imported(file)
    site.file(images(5))
    code, said = site.put(file)
    assert (code, site.numbers) == (5, NUMBERS)
    assert "ends after 5 records, and 7 were imported from it" in said["error"]


@pytest.mark.parametrize("left", [1, 2])
def test_a_line_that_was_set_aside_is_not_said_to_have_been_imported(site, images, jsonl, left):
    file = site.file(jsonl(images(2)) + "5\n")
    site.put(file, "--skip-bad")
    site.file(images(left))
    code, said = site.put(file)
    told = f"ends after {left} records, and 2 were imported from it into project 1, and 1 set aside"
    assert (code, told in said["error"]) == (5, True)


def test_a_file_laid_out_otherwise_is_the_same(site, file, images, jsonl):
    """No byte of it but between the records has changed."""
    site.imported(file)
    site.file(jsonl(images(7)).replace("\n", "\n\n"))
    code, said = site.put(file)
    assert (code, "this very file was imported" in said["error"]) == (5, True)


@pytest.fixture
def laid_out(jsonl):
    """Write the same records in another way."""
    return {
        "CRLF": lambda records: ("copy.jsonl", jsonl(records).replace("\n", "\r\n")),
        "no last newline": lambda records: ("copy.jsonl", jsonl(records)[:-1]),
        "array": lambda records: ("copy.json", f"[{','.join(map(json.dumps, records))}]"),
        "other order": lambda records: ("copy.jsonl", jsonl(records[::-1])),
        "a part": lambda records: ("copy.jsonl", jsonl(records[2:5])),
    }


WAYS = ["CRLF", "no last newline", "array", "other order", "a part"]


@pytest.mark.usefixtures("by_jobs")
@pytest.mark.parametrize("way", WAYS)
def test_a_copy_that_is_laid_out_otherwise_is_refused(site, file, images, laid_out, way):
    site.put(file, "--no-wait")
    name, content = laid_out[way](images(7))
    copy = site.file(content, name)
    for more in ((), ("--dry-run",)):
        code, said = site.put(copy, *more)
        assert (code, "every record of it was imported into project 1" in said["error"]) == (
            5,
            True,
        )
        assert "say --again, to import only what is new say --key FIELD" in said["error"]
    site.imported("--resume")
    site.once()
    assert site.put(copy)[0] == 5
    assert site.imported(copy, "--again")["created"] > 0


@pytest.mark.parametrize("way", WAYS[:3])
def test_two_files_of_a_command_that_say_the_same_are_refused(site, file, images, laid_out, way):
    name, content = laid_out[way](images(7))
    code, said = site.put(file, site.file(content, name))
    assert (code, "another file of this command says the same" in said["error"]) == (5, True)


def test_a_file_of_which_one_record_is_new_is_another_file(site, file, images):
    site.imported(file)
    assert site.imported(site.file(images(3, 6), "other.jsonl")) == {"created": 3}


def test_records_that_were_only_set_aside_may_be_sent_from_another_file(site, file):
    wrong = [{"data": {"n": 1}}]
    site.put(site.file(wrong), "--skip-bad")
    site.project.label_config = "<View/>"
    site.server.state.project(1).label_config = "<View/>"
    assert site.put(site.file(wrong, "other.jsonl"))[0] != 5


def test_a_file_that_grew_before_it_was_sent_is_known_by_what_it_said_first(site, file, images):
    site.goes_wrong(status=403, body=b"{}")
    assert site.put(file)[0] == 1
    site.file(images(9))
    assert site.imported("--resume") == {"created": 9}
    assert site.put(site.file(images(7), "copy.jsonl"))[0] == 5


def test_a_rehearsal_counts_only_what_is_new(site, file, images):
    site.imported(file)
    site.file(images(9))
    assert site.imported(file, "--dry-run") == {"created": 2}


def test_a_wrong_line_among_the_new_ones_sends_nothing(site, file, images, jsonl):
    site.imported(file)
    site.file(jsonl(images(9)) + "5\n")
    code, said = site.put(file, "--batch-size", "1")
    assert (code, site.numbers, "line 10: " in said["error"]) == (2, NUMBERS, True)
    assert site.imported(file, "--skip-bad") == {"created": 2, "rejected": 1}


def test_what_was_begun_of_the_new_lines_is_gone_on_with(site, server, file, images):
    site.imported(file)
    site.file(images(11))
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put(file, "--batch-size", "2")[0] == 1
    server.faults.clear()
    assert site.imported("--resume") == {"created": 2}
    site.once(range(1, 12))


def test_another_project_knows_nothing_of_the_file(site, server, file):
    site.imported(file)
    other = server.state.add_project("Other", site.project.label_config)
    assert site.imported(file, project=other.id) == {"created": 7}


def test_what_is_known_of_a_file_is_known_on_both_databases(on_both, site, file, images):
    site.imported(file)
    site.file(images(9))
    assert site.imported(file) == {"created": 2}
    rows = on_both.all("SELECT position, outcome FROM label_studio_import_items ORDER BY 1")
    assert [tuple(row) for row in rows] == [(n, "created") for n in range(1, 10)]
    assert site.put(site.file(images(9)[::-1], "copy.jsonl"))[0] == 5
    site.file(images(9, 2))
    assert site.put(file)[0] == 5


def test_lines_added_to_a_file_of_old_books_that_name_no_server_are_sent_alone(site, file, images):
    site.imported(file)
    site.writes("UPDATE label_studio_imports SET options = json_remove(options, '$.url')")
    site.file(images(9))
    assert site.imported(file) == {"created": 2}
    assert site.numbers == list(range(1, 10))


def test_a_file_of_another_name_that_says_more_is_sent_with_a_warning(site, images):
    site.imported(site.file(images(3)))
    done = site.run("import", "labels", "--project", "1", site.file(images(5), "more.jsonl"))
    assert (done.exit_code, len(site.numbers)) == (0, 8)
    assert "more.jsonl: at least 3 of its 5 records were imported into project 1" in done.stderr
    assert "say --key FIELD" in done.stderr
