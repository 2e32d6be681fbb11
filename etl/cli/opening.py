"""Opens the files that are to be imported."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from etl.errors import InputError
from etl.imports.batch import STDIN
from etl.imports.validate import OpenedFile, OpenFile
from etl.signals import Stop

ESCAPED = re.compile(r"\\u(dc[89a-f][0-9a-f])")  # as `storable` writes a byte that is no text


class _Stoppable:
    """An open file that is not read on when the program was asked to stop."""

    def __init__(self, file: OpenedFile, stop: Stop) -> None:
        self._file, self._stop = file, stop

    def read(self, size: int, /) -> bytes:
        """Give up to so many bytes. Raises Interrupted."""
        self._stop.check()
        return self._file.read(size)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def heeding(stop: Stop) -> OpenFile:
    """Give what opens files for as long as the program is not asked to stop.

    Files are looked through whole, and a signal may be lost meanwhile.
    """
    return lambda name: _Stoppable(opened(name), stop)


def opened(name: str) -> OpenedFile:
    """Open a file to be imported. Raises InputError."""
    try:
        if name == STDIN:
            if sys.stdin is None:  # where it was closed before we began
                raise InputError("standard input is closed; pipe something into it")
            return sys.stdin.buffer
        return _on_disk(name).open("rb")
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from error


def _on_disk(name: str) -> Path:
    """Find a file by what the books call it: bytes of its name that are no UTF-8 are escaped."""
    path = Path(name)
    return path if path.exists() else Path(ESCAPED.sub(lambda found: chr(int(found[1], 16)), name))
