"""Who takes part, and with which command each brings a database up to date."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
CONFIGURATION = """\
[mirror]
database = "{database}"

[sources.bench]
platform = "label_studio"
url = "{server}"
token = "{token}"
page_size = {page_size}
"""


@dataclass(frozen=True)
class Place:
    """Where one contender works: the server, its database, a folder of its own."""

    server: str
    database: str
    folder: Path
    page_size: int


@dataclass(frozen=True)
class Contender:
    """One way to keep a mirror."""

    name: str
    about: str
    command: Callable[[Place], list[str]]
    modules: tuple[str, ...] = ()
    databases: tuple[str, ...] = ("sqlite", "postgres")
    peer: bool = False

    def missing(self) -> list[str]:
        """List what is not installed."""
        return [name for name in self.modules if find_spec(name) is None]


def _annomirror(place: Place) -> list[str]:
    configuration = place.folder / "annomirror.toml"
    configuration.write_text(CONFIGURATION.format(token="b" * 40, **vars(place)), "utf-8")
    return [sys.executable, "-m", "etl", "sync", "--config", str(configuration)]


def _script(name: str, *arguments: str) -> Callable[[Place], list[str]]:
    """Run a script of this folder with server, database, page size, and arguments of its own."""

    def command(place: Place) -> list[str]:
        size = ("--page-size", str(place.page_size))
        own = [part.format(folder=place.folder) for part in arguments]
        return [sys.executable, str(HERE / name), place.server, place.database, *size, *own]

    return command


FEWER = "tables `tasks` and `annotations` only"
CONTENDERS = (
    Contender("floor", "no framework: http.client, msgspec, sqlite3 or COPY", _script("floor.py")),
    Contender("annomirror", "the command `annomirror sync`", _annomirror),
    Contender(
        "floor-httpx",
        "the floor, with httpx as its client",
        _script("floor.py", "--client", "httpx"),
    ),
    Contender(
        "dlt",
        f"dlt, merge, incremental by updated_at; {FEWER}",
        _script("peer_dlt.py", "--folder", "{folder}"),
        modules=("dlt", "sqlalchemy"),
        peer=True,
    ),
    Contender(
        "sqlite-utils",
        f"sqlite-utils, upsert_all; {FEWER}",
        _script("peer_sqlite_utils.py"),
        modules=("sqlite_utils",),
        databases=("sqlite",),
        peer=True,
    ),
    Contender(
        "sqlite-utils-rows",
        "sqlite-utils, upsert_all of the floor's own rows: its four tables, an index each",
        _script("peer_sqlite_utils.py", "--rows"),
        modules=("sqlite_utils",),
        databases=("sqlite",),
        peer=True,
    ),
    Contender(
        "singer",
        "Singer SDK: a tap of two streams into MeltanoLabs' target-postgres, or into a target of "
        f"the SDK's own SQL classes on SQLite; {FEWER}",
        _script("peer_singer.py", "--folder", "{folder}"),
        modules=("singer_sdk",),
        peer=True,
    ),
)
BY_NAME = {contender.name: contender for contender in CONTENDERS}
