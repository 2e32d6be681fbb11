"""Commands that do not go together, and places that are not imported into."""

import errno
import io
import os
import sys

import pytest

from etl.cli import opening
from etl.errors import InputError
from etl.standins.faults import Fault


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say where to"),
        (["labels"], "say into which project"),
        (["labels", "--project", "1"], "say a FILE"),
        (["labels", "--project", "1", "none.json"], "there is no such file"),
        (["labels", "--project", "1", "."], "is no file that can be read again"),
        (["labels", "--project", "1", "-", "-"], "standard input can be read once"),
        (
            ["labels", "--project", "1", "-", "--watch", "1"],
            "a FILE and --watch do",
        ),
        (
            ["annomirror.toml", "--project", "1"],
            "annomirror.toml was taken for the SOURCE; say a FILE",
        ),
        (["labels", "--project", "1", "-", "--update"], "say --key too"),
        (["labels", "--project", "1", "-", "--key", "n", "--no-wait"], "leave --no-wait out"),
        (["labels", "--project", "1", "-", "--key", "a__b"], "finds nothing by such a name"),
        (["labels", "--project", "1", "--resume"], "say no more with it"),
        (["--resume", "--dry-run"], "say no more with it"),
        (["--resume", "--key", "n"], "say no more with it"),
        (["--resume", "--batch-size", "5"], "say no more with it"),
        (["--resume", "--again"], "say no more with it"),
        (["labels", "--project", "1", "--watch", "1", "--dry-run"], "leave --watch out"),
        (["labels", "--project", "1", "-", "--dry-run"], "--dry-run needs a file"),
        (["nobody", "--project", "1", "-"], "unknown source 'nobody'"),
        *(
            (["labels", "--project", "1", "-", "--timeout", value], "Invalid value for '--timeout'")
            for value in ("nan", "inf", "-inf", "-1", "0")
        ),
    ],
)
def test_a_wrong_command_line_is_told_what_to_say(site, arguments, said):
    done = site.run("import", *arguments, stdin="")
    assert (done.exit_code, site.posts()) == (2, [])
    assert said in done.stderr


def test_only_label_studio_is_imported_into(site, images):
    lines = ("[sources.boxes]", 'platform = "coco_annotator"', 'url = "http://127.0.0.1:9"')
    site.configure(*lines)
    done = site.run("import", "boxes", "--project", "1", site.file(images(1)))
    assert done.exit_code == 2
    assert "nothing can be imported into COCO Annotator" in done.stderr


def test_a_project_that_is_not_mirrored_is_not_imported_into(site, images):
    site.configure('projects = ["Spans"]')
    code, said = site.put(site.file(images(1)))
    assert (code, site.posts()) == (2, [])
    assert "'Boxes' (1) is none of them" in said["error"]


def test_a_source_whose_tasks_are_not_mirrored_is_not_imported_into(site, images):
    site.configure('streams = ["users"]')
    for more in ((), ("--dry-run",)):
        code, said = site.put(site.file(images(1)), *more)
        assert (code, site.posts()) == (2, [])
        assert "labels mirrors only users; add 'tasks' to its streams" in said["error"]


def test_a_project_that_is_not_there_is_told_with_those_that_are(site, images):
    code, said = site.put(site.file(images(1)), project=99)
    assert (code, said["error"]) == (1, "no project 99; there are: 'Boxes' (1)")


def test_a_wrong_token_sends_nothing(site, images):
    site.configure(token="0" * 40)
    code, said = site.put(site.file(images(1)))
    assert (code, site.posts(), "0" * 40 in str(said)) == (1, [], False)
    assert "token is refused" in said["error"]


def test_an_account_in_another_organisation_sends_nothing(site, server, images):
    site.run("sync")
    server.state.organization["id"] = 2
    server.state.user(1).organization = 2
    code, said = site.put(site.file(images(1)))
    assert (code, said["outcome"], site.posts()) == (5, "refused", [])


def test_a_held_mirror_is_not_imported_into(site, server, images):
    server.faults.append(Fault(method="POST", path="/api/projects/1/import", delay=1))
    site.run("db", "upgrade")
    import fcntl  # noqa: PLC0415  # Unix has it

    with (site.folder / "mirror.db.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert site.put(site.file(images(1)))[0] == 4


# What cannot be read


class Broken(io.BytesIO):
    """A file on a disk that fails behind its first bytes."""

    def read(self, size=-1):
        if self.tell():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(min(size, 30))


@pytest.mark.parametrize("name", ["tasks.jsonl", "-"])
def test_a_file_that_cannot_be_read_on_is_named(site, file, name, monkeypatch):
    content = (site.folder / file).read_bytes()
    monkeypatch.setattr(opening, "opened", lambda _name: Broken(content))
    code, said = site.put(name)
    assert (code, said["unfinished"], site.posts()) == (2, 0, [])
    title = "standard input" if name == "-" else name
    assert f"{title} cannot be read: Input/output error" in said["error"]


def test_a_name_that_is_too_long_is_told(site):
    done = site.run("import", "labels", "--project", "1", "a" * 300)
    assert (done.exit_code, "aaa: File name too long" in done.stderr) == (2, True)


def test_a_standard_input_that_is_closed_is_told(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="standard input is closed"):
        opening.opened("-")
