"""annomirror sql: questions to the mirror."""

from __future__ import annotations

import sys

import click

from etl import books
from etl.cli import build
from etl.cli.options import common
from etl.cli.output import FORMATS


# A query may begin with a comment, which click would take for an option.
@click.command("sql", context_settings={"ignore_unknown_options": True})
@click.argument("query")
@click.option(
    "--format", "name", type=click.Choice(list(FORMATS)), default="table", show_default=True
)
@common
def command(query: str, name: str) -> None:
    """Ask the mirror a question in SQL; nothing can be changed this way.

    QUERY may be - to read it from standard input.
    """
    if query == "-":
        query = sys.stdin.read()
    with (
        build.reading(build.read_settings(secrets=False)) as session,
        books.query(session, query) as found,
    ):
        FORMATS[name](found.columns, found.rows)
