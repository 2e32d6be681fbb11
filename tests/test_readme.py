"""What the README promises is there, and what is there stands in the README."""

import json
import re
import shlex
import sqlite3
import tomllib
from contextlib import closing
from datetime import timedelta

import click
import pytest
from click.testing import CliRunner

from etl import errors, settings
from etl.cli import main
from etl.imports import absence
from etl.platforms import PLATFORMS
from etl.standins.label_studio import LabelStudio
from mirror import SCHEMA
from sources import ROOT

README = (ROOT / "README.md").read_text("utf-8")
EVERYWHERE = {"--config", "-v", "--verbose", "-q", "--quiet", "--log-format"}
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def section(title):
    """Give the text between a heading and the next one of its level or above."""
    level = title.split()[0]
    found = re.search(
        rf"^{re.escape(title)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", README, re.MULTILINE | re.DOTALL
    )
    return found[1]


def cells(text):
    """Give the rows of the tables in a text, without the lines under the headings."""
    lines = [line[1:-1].split("|") for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line] for line in lines]
    return [row for row in rows if not set(row[0]) & {"-"} or set(row[0]) - {"-"}]


def ticked(text):
    return set(re.findall(r"`([^`]+)`", text))


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


# Commands


def leaves(command, path=()):
    """Give every command that does something, with its name as it is typed."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        yield from leaves(command.get_command(context, name), (*path, name))


COMMANDS = dict(leaves(main))


def told():
    """Give the commands of the README's table, each with the options it is told with."""
    for usage, _ in cells(section("## Commands"))[1:]:
        words, *rest = re.split(
            r" (?=[\[A-Z])", usage.strip("`").removeprefix("annomirror "), maxsplit=1
        )
        group, _, names = words.rpartition(" ") if " / " not in words else words.partition(" ")
        for name in names.split(" / "):
            yield f"{group} {name}".strip(), set(OPTION.findall(" ".join(rest)))


def options(command):
    found = {name for p in command.params if isinstance(p, click.Option) for name in p.opts}
    return found - EVERYWHERE


def test_every_command_stands_in_the_table_and_nothing_else():
    assert sorted(name for name, _ in told()) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_stands_in_the_table_and_no_other(name):
    there = options(COMMANDS[name])
    assert dict(told())[name] == there


def test_the_options_of_all_commands_are_told_once():
    line = next(line for line in README.splitlines() if line.startswith("All take"))
    assert {"--config", "-v", "-q", "--log-format"} <= set(OPTION.findall(line))
    for command in COMMANDS.values():
        assert {name for p in command.params for name in p.opts} >= EVERYWHERE


def test_choices_are_told_as_they_are():
    for name, command in COMMANDS.items():
        for option in command.params:
            if isinstance(option.type, click.Choice):
                assert f"{option.opts[0]} {','.join(option.type.choices)}" in README, name


def test_the_first_five_minutes_are_commands_that_exist():
    lines = [line for block in blocks("bash") for line in block.splitlines()]
    called = [
        shlex.split(line, comments=True)[1] for line in lines if line.startswith("annomirror")
    ]
    assert len(called) == 5
    assert set(called) <= {name.split()[0] for name in COMMANDS}


def test_every_exit_code_of_an_error_is_told():
    line = next(line for line in README.splitlines() if line.startswith("Exit codes:"))
    codes = {
        int(code) for code in re.findall(r"(?:^|[:·/] ?)(\d+)", line.removeprefix("Exit codes"))
    }
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert codes == {0, 130, 143} | {kind.exit_code for kind in kinds if hasattr(kind, "exit_code")}


# Tables and streams


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_every_table_and_stream_of_a_platform_stands_in_its_section_and_no_other(platform):
    rows = [row for row in cells(section(f"## {platform.title}")) if len(row) == 3][1:]
    names = {name for row in rows for name in ticked(row[1])}
    assert names == {name for name in SCHEMA.tables if name.startswith(platform.name)}
    streams = {name for row in rows for name in ticked(row[0])}
    assert streams == {stream.name for stream in platform.streams}


def test_every_table_of_the_books_is_told():
    told = {n for row in cells(section("## What is in the mirror")) for n in ticked(row[0])}
    assert {name for name in SCHEMA.tables if name.startswith("sync_")} <= told


# Settings


def test_the_example_is_a_configuration(tmp_path, monkeypatch):
    (example,) = blocks("toml")
    path = tmp_path / settings.FILE
    path.write_text(example)
    monkeypatch.delenv("ANNOMIRROR_DATABASE", raising=False)
    for variable in re.findall(r"\$\{(\w+)\}", example):
        monkeypatch.setenv(variable, "a-token")
    read = settings.read(str(path))
    assert str(read.mirror) == f"sqlite:///{tmp_path / 'mirror.db'}"
    written = tomllib.loads(example)["sources"]
    assert {s.name: s.platform for s in read.sources} == {
        n: s["platform"] for n, s in written.items()
    }


def test_every_key_of_a_source_is_told_and_no_other():
    text = section("## Five minutes to your own mirror")
    example = {
        key for source in tomllib.loads(blocks("toml")[0])["sources"].values() for key in source
    }
    rows = {name for row in cells(text)[1:] for name in ticked(row[0])}
    accepted = {option.name for platform in PLATFORMS.values() for option in platform.options}
    accepted |= {p.restrict for p in PLATFORMS.values() if p.restrict} | set(settings.COMMON)
    assert (example | rows) & accepted == accepted


def test_the_defaults_told_are_the_defaults(tmp_path, monkeypatch):
    for variable in re.findall(r"\$\{(\w+)\}", blocks("toml")[0]):
        monkeypatch.setenv(variable, "a-token")
    (tmp_path / "a.toml").write_text(blocks("toml")[0])
    source, boxes = settings.read(str(tmp_path / "a.toml")).select(["labels", "boxes"])
    rows = {row[0]: row[1] for row in cells(section("## Five minutes to your own mirror"))[1:]}
    assert rows["`timeout`, `deadline`"] == f"{source.timeout:g}, {source.deadline:g}"
    assert rows["`concurrency`"] == f"{source.concurrency}, COCO Annotator {boxes.concurrency}"
    assert rows["`max_delete_share`"] == str(source.max_delete_share)
    assert settings.duration(rows["`lookback`"].strip('`"'), "") == source.lookback
    assert settings.duration(rows["`full_every`"].strip('`"'), "") == source.full_every
    assert rows["`verify`"] == f"`{str(source.verify).lower()}`"


def test_the_waits_before_a_batch_is_sent_again_are_told():
    told = section("### Getting tasks in").replace("\n  |", "\n|")
    at_once, by_jobs, hidden = [row[1] for row in cells(told)[1:4]]
    assert at_once.startswith(f"{absence.ABSENT.seconds} s after")
    assert by_jobs.startswith(f"{absence.LISTED.seconds} s after")
    assert (hidden, absence.QUEUED) == ("an hour after", timedelta(hours=1))
    assert f" {absence.A_LINE / timedelta(milliseconds=1):g} ms a line" in told


# SQL


def recipes():
    """Give the queries of the README: those of its recipes, and those on command lines."""
    for block in blocks("sql"):
        yield from (query.strip() for query in block.split(";") if query.strip())
    for line in "\n".join(blocks("bash")).splitlines():
        if line.startswith("annomirror sql"):
            yield shlex.split(line)[2]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    """The mirror that the demo leaves, and an import."""
    folder = tmp_path_factory.mktemp("demo")
    done = CliRunner().invoke(main, ["demo", "--dir", str(folder)])
    assert done.exit_code == 0, done.output
    imported(folder)
    with closing(sqlite3.connect(folder / "mirror.db")) as connection:
        yield connection


def imported(folder):
    """Import a task into a server of its own."""
    (folder / "tasks.jsonl").write_text('{"text": "a"}')
    with LabelStudio() as server:
        project = server.state.add_project("Imported")
        (folder / "more.toml").write_text(
            f'[sources.more]\nplatform = "label_studio"\nurl = "{server.url}"\n'
            f'token = "{server.token}"\n'
        )
        where = ("--config", str(folder / "more.toml"), "--project", str(project.id))
        done = CliRunner().invoke(main, ["import", *where, "more", str(folder / "tasks.jsonl")])
    assert done.exit_code == 0, done.output


def test_the_query_for_lines_gives_each_line_once_with_its_task(tmp_path):
    """After lines were refused and mended, a file grew, was changed by key and sent again."""
    query = next(query for query in recipes() if "label_studio_import_items" in query)
    rows = [{"text": "a", "n": n} for n in range(1, 8)]
    with LabelStudio() as server:
        project = server.state.add_project("Imported", SHOWN)
        put = importer(tmp_path, server, project)
        assert put([*rows[:2], {"n": 3}], "--batch-size", "2") == 2
        assert put(rows[:3]) == 0
        assert put(rows[:5]) == 0
        assert lines_told(tmp_path, query) == [(n, n, "created") for n in range(1, 6)]
        rows[1] = {"text": "b", "n": 2}
        assert put([*rows[:5], {"n": 6}], "--key", "n", "--update", "--skip-bad") == 0
        assert lines_told(tmp_path, query) == [
            *((1, 1, "skipped"), (2, 2, "updated"), (3, 3, "skipped"), (4, 4, "skipped")),
            *((5, 5, "skipped"), (6, None, "rejected")),
        ]
        assert put(rows, "--again") == 0
        assert lines_told(tmp_path, query) == [(n, n + 5, "created") for n in range(1, 8)]


SHOWN = '<View><Text name="text" value="$text"/></View>'


def importer(folder, server, project):
    """Give what imports records as a file, and tells the exit code."""
    (folder / "annomirror.toml").write_text(
        f'[sources.more]\nplatform = "label_studio"\nurl = "{server.url}"\n'
        f'token = "{server.token}"\n'
    )
    file = folder / "tasks.jsonl"

    def put(records, *options):
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
        where = ("--config", str(folder / "annomirror.toml"), "--project", str(project.id))
        return CliRunner().invoke(main, ["import", *where, "more", str(file), *options]).exit_code

    return put


def lines_told(folder, query):
    with closing(sqlite3.connect(folder / "mirror.db")) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("query", list(recipes()), ids=lambda query: query.splitlines()[0][:40])
def test_every_query_finds_something_in_a_mirror(mirror, query):
    assert mirror.execute(query).fetchall()
