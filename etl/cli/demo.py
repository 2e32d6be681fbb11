"""annomirror demo: a made-up Label Studio on loopback, mirrored twice, and questions to it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import click

from etl import books, settings, sync
from etl.cli import build
from etl.cli.options import common
from etl.cli.output import print_table
from etl.cli.sync import summary
from etl.errors import AnnomirrorError, ConfigurationError
from etl.ledger import Ledger, outcome_of
from etl.settings import Settings
from etl.standins.label_studio import LabelStudio
from etl.standins.label_studio.seed import lively, work_a_while

MARK = "# Written by annomirror demo; the next demo overwrites it.\n"
CONFIGURATION = """\
[mirror]
database = "sqlite:///mirror.db"

[sources.labels]
platform = "label_studio"
url = "{url}"
token = "{token}"
"""
QUESTIONS = (
    (
        "Who labelled how much, and how fast?",
        """\
SELECT u.first_name AS annotator, p.title AS project, count(*) AS annotations,
       sum(a.was_cancelled) AS skipped, round(avg(a.lead_time), 1) AS seconds_each
FROM label_studio_annotations a
JOIN label_studio_users u ON u.source = a.source AND u.id = a.completed_by_id
JOIN label_studio_projects p ON p.source = a.source AND p.id = a.project_id
WHERE a.deleted_at IS NULL
GROUP BY u.first_name, p.title ORDER BY annotations DESC LIMIT 6""",
    ),
    (
        "On which tickets do the annotators disagree?",
        """\
SELECT json_extract(t.data, '$.ticket') AS ticket, group_concat(DISTINCT l.label) AS answers,
       json_extract(t.data, '$.text') AS text
FROM label_studio_tasks t
JOIN label_studio_result_labels l ON l.source = t.source AND l.task_id = t.id
WHERE l.owner = 'annotation' AND l.deleted_at IS NULL
  AND t.project_id = (SELECT id FROM label_studio_projects WHERE title = 'Support mood')
GROUP BY t.id HAVING count(DISTINCT l.label) > 1 ORDER BY ticket LIMIT 5""",
    ),
    (
        "What changed since the first sync?",
        """\
SELECT p.title AS project,
       sum(a.first_synced_at > r.started_at) AS new_annotations,
       sum(a.first_synced_at < r.started_at AND a.synced_at > r.started_at
           AND a.deleted_at IS NULL) AS edited,
       sum(a.deleted_at IS NOT NULL) AS deleted, sum(a.was_cancelled) AS skipped_in_all
FROM label_studio_annotations a
JOIN label_studio_projects p ON p.source = a.source AND p.id = a.project_id
JOIN sync_runs r ON r.id = 2
GROUP BY p.title ORDER BY p.title""",
    ),
)


@click.command("demo")
@click.option(
    "--dir", "folder", default=".", metavar="DIR", help="Where mirror.db goes.", show_default=True
)
@click.option("--keep", is_flag=True, help="Leave the made-up server running until Ctrl-C.")
@common
def command(folder: str, keep: bool) -> None:  # noqa: FBT001  # click passes flags so
    """Play with a made-up Label Studio: no account, nothing leaves this machine.

    Starts a stand-in server with projects, people and disagreements, mirrors it into mirror.db,
    lets the people work on, syncs again, and asks the mirror three questions.
    """
    began = time.monotonic()
    place = _prepared(Path(folder))
    with LabelStudio() as server:
        lively(server.state)
        chosen = _configured(place, server)
        click.secho(f"A Label Studio stand-in listens at {server.url}", bold=True)
        click.secho("\nFirst sync: everything, page by page", bold=True)
        _sync(chosen)
        work_a_while(server.state)
        click.secho("\nThe people worked on. Second sync: only what changed", bold=True)
        _sync(chosen)
        _ask(chosen)
        _farewell(place, began)
        if keep:
            _serve(server)


def _prepared(folder: Path) -> Path:
    """Make room for the demo's files, but never on top of somebody's own."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration, mirror = folder / settings.FILE, folder / "mirror.db"
    ours = configuration.exists() and configuration.read_text().startswith(MARK)
    if not ours and (configuration.exists() or mirror.exists()):
        there = configuration if configuration.exists() else mirror
        raise ConfigurationError(f"{there} is not the demo's; choose an empty folder with --dir")
    for suffix in ("", "-wal", "-shm", ".lock"):
        mirror.with_name(mirror.name + suffix).unlink(missing_ok=True)
    return folder


def _configured(folder: Path, server: LabelStudio) -> Settings:
    path = folder / settings.FILE
    path.write_text(MARK + CONFIGURATION.format(url=server.url, token=server.token))
    # Whatever mirror the environment names, the demo's made-up rows stay out of it.
    database = f"sqlite:///{folder.absolute() / 'mirror.db'}"
    return replace(settings.read(str(path)), database=database)


def _sync(chosen: Settings) -> None:
    with build.jobs(chosen.sources) as jobs, build.writing(chosen) as session:
        ledger = Ledger(session)
        ledger.begin()
        events = sync.run(jobs, session, ledger)
        reports = [event.report for event in events if isinstance(event, sync.Finished)]
    for report in reports:
        click.echo(f"  {report.stream:<12} {summary(report)}")
    if outcome_of(reports) != "ok":
        raise AnnomirrorError("; ".join(report.error or "" for report in reports))


def _ask(chosen: Settings) -> None:
    for question, sql in QUESTIONS:
        click.secho(f"\n{question}", bold=True)
        click.secho(sql, dim=True)
        with build.reading(chosen) as session:
            found = books.query(session, sql)
            print_table(found.columns, found.rows)


def _farewell(folder: Path, began: float) -> None:
    inside = "" if folder == Path() else f"cd {folder} && "
    click.secho(f"\nDone in {time.monotonic() - began:.1f} s. Yours to try:", bold=True)
    click.echo(f"  {inside}annomirror status")
    click.echo(
        f'  {inside}annomirror sql "SELECT label, count(*) AS n '
        'FROM label_studio_result_labels GROUP BY label ORDER BY n DESC"'
    )
    click.echo(f"  {inside}sqlite3 mirror.db .schema")
    click.echo("For a Label Studio of your own, in another folder:")
    click.echo("  annomirror init && annomirror check && annomirror sync")


def _serve(server: LabelStudio) -> None:
    click.echo(f"\n{server.url} stays up; annomirror sync works against it. Ctrl-C ends it.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("stopped")
