"""Where the mirror is: reading a database's address, without opening the database."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from etl.errors import ConfigurationError, MirrorError

SQLITE, POSTGRES = "sqlite", "postgresql"
_SCHEMES = {"sqlite": SQLITE, **dict.fromkeys(("postgresql", "postgres"), POSTGRES)}
_SCHEMES["postgresql+psycopg"] = POSTGRES
_SCHEMA = re.compile(r"(?!pg_|information_schema$)[A-Za-z_][A-Za-z0-9_]{0,62}")
# As SQLAlchemy reads it, and not as a browser would: a password may hold / ? and #.
_SERVER = re.compile(
    r"(?:(?P<user>[^:/]*)(?::(?P<password>[^@]*))?@)?"
    r"(?P<host>\[[^\]]*\]|[^/:?@]*)(?::(?P<port>\d+))?"
    r"(?:/(?P<dbname>[^?@]*))?(?:\?(?P<more>.*))?"
)


@dataclass(frozen=True)
class Address:
    """A database: a file of SQLite's (none: in memory), or what libpq is told of a server."""

    dialect: str
    path: str | None = None
    server: Mapping[str, str] = field(default_factory=dict, repr=False)
    schema: str | None = None

    def __str__(self) -> str:
        """Show it without what may be secret: a password can stand among the parameters too."""
        if self.dialect == SQLITE:
            return f"sqlite:///{self.path or ':memory:'}"
        told = {name: quote(self.server.get(name, "")) for name in ("user", "dbname")}
        user = f"{told['user']}:***@" if "password" in self.server else f"{told['user']}@"
        port = f":{self.server['port']}" if "port" in self.server else ""
        host = self.server.get("host", "") + port
        schema = f", schema {self.schema}" if self.schema else ""
        return f"postgresql://{user if told['user'] else ''}{host}/{told['dbname']}{schema}"

    def exists(self) -> bool:
        """Tell whether a SQLite mirror is there; a server's is found out by asking it."""
        return self.dialect != SQLITE or (self.path is not None and Path(self.path).exists())

    def refuse_unwritable(self) -> None:
        """Refuse a place where no SQLite mirror can be made. Raises MirrorError."""
        folder = Path(self.path or ".").parent
        if not folder.is_dir():
            raise MirrorError(f"the folder {folder} for the mirror is not there; make it first")
        if not os.access(folder, os.W_OK):
            raise MirrorError(f"the folder {folder} for the mirror cannot be written")


def parse(database: str, schema: Any = None, folder: Path | None = None) -> Address:
    """Read a database's address; a file is relative to `folder`. Raises ConfigurationError."""
    scheme, colon, rest = database.partition("://")
    scheme = scheme.lower()
    if not colon:
        raise ConfigurationError(
            "mirror.database is no database address; write sqlite:///mirror.db or "
            "postgresql://user@host/name"
        )
    if scheme not in _SCHEMES:
        raise ConfigurationError(
            f"mirror.database: {scheme!r} is not supported; sqlite and postgresql are"
        )
    if _SCHEMES[scheme] == SQLITE:
        if not rest.startswith("/") and rest:
            raise ConfigurationError("mirror.database: write a file as sqlite:///mirror.db")
        return _file(rest, schema, folder or Path())
    if schema is not None and not (isinstance(schema, str) and _SCHEMA.fullmatch(schema)):
        raise ConfigurationError(
            f"mirror.schema = {schema!r} should be letters, digits and _, begin with neither a "
            "digit nor pg_, and not be information_schema"
        )
    return Address(POSTGRES, server=_server(rest), schema=schema)


def _file(rest: str, schema: object, folder: Path) -> Address:
    if schema is not None:
        raise ConfigurationError("mirror.schema is for Postgres; SQLite has one schema a file")
    path = rest.removeprefix("/")
    return Address(SQLITE, None if path in ("", ":memory:") else str(folder / path))


def _server(rest: str) -> dict[str, str]:
    found = _SERVER.fullmatch(rest)
    if found is None:  # without what it says, for that may be a password
        raise ConfigurationError(
            "mirror.database is no address of a server; write postgresql://user@host/name, and "
            "@ in a password as %40"
        )
    said = {name: unquote(value) for name, value in found.groupdict(default="").items() if value}
    said.pop("more", None)
    more: dict[str, str] = {}
    for name, value in parse_qsl((found["more"] or "").replace("+", "%2B")):
        more[name] = f"{more[name]},{value}" if name in more else value  # several hosts
    said["host"] = said.get("host", "").strip("[]")
    return {name: value for name, value in {**said, **more}.items() if value}
