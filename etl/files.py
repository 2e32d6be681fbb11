"""The files of a mirror on SQLite; their owner alone may read them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from etl.errors import MirrorError, NoMirror


def uri(path: str, *, read_only: bool) -> str:
    """Name the database for SQLite; a new one is made, but not to be read. Raises MirrorError."""
    if not read_only:
        opened(Path(path), "mirror").close()
    elif not Path(path).exists():
        raise NoMirror(f"there is no mirror at {path} yet; run: annomirror sync")
    escaped = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{escaped}?mode={'ro' if read_only else 'rw'}"


def opened(path: Path, what: str) -> IO[str]:
    """Open a file of the mirror's, made when it is new; then its owner alone may read it."""
    try:
        return os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+")
    except OSError as error:
        raise MirrorError(f"the {what} {path} cannot be written: {error.strerror}") from error
