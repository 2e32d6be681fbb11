"""Looks through a file before anything of it is sent: what it holds, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from etl.errors import InputError
from etl.imports.batch import STDIN, WIDEST_MARK
from etl.imports.records import Line
from etl.imports.unread import Readable
from etl.intake import Intake, Key

CHUNK = 1 << 20  # bytes read at a time
TOGETHER = 10_000_000  # bytes of lines that are held at a time, and one line more
NAMED = 10  # wrong lines that a message names


class OpenedFile(Readable, Protocol):
    """A file that is open."""

    def close(self) -> None:
        """Close it."""


class OpenFile(Protocol):
    """Opens a file by its name."""

    def __call__(self, name: str, /) -> OpenedFile:
        """Open a file from its beginning. Raises InputError."""


@dataclass(frozen=True)
class Validator:
    """Tells what is wrong with a line by itself, and what it is called outside.

    `name` is the field of its key; `required` are fields that it has to have.
    """

    intake: Intake
    name: str | None = None
    required: Collection[str] = ()

    def wrong(self, line: Line) -> str | None:
        """Tell what is wrong with a line, if anything is."""
        if line.problem:
            return line.problem
        try:
            self.intake.wrapped(line.raw, "")
            if self.required:
                self.intake.complete(line.raw, self.required)
            if self.name is not None:
                self.intake.key(line.raw, self.name)
        except ValueError as error:
            return str(error)
        return None

    def key(self, line: Line) -> Key | None:
        """Give the key of a line, where there is one."""
        if self.name is None or self.wrong(line):
            return None
        return self.intake.key(line.raw, self.name)

    def size(self, line: Line) -> int:
        """Tell how many bytes of a request a line takes at most, with its mark and a comma."""
        try:
            return len(self.intake.wrapped(line.raw, f"{WIDEST_MARK}{line.place}")) + 1
        except ValueError:  # it is wrong, and not sent
            return 0


class Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """Give up to so many bytes, and none at its end."""
        found = self._file.read(size)
        self._digest.update(found)
        return found

    def hexdigest(self) -> str:
        """Give what the file is known by, so far as it has been read."""
        return self._digest.hexdigest()


class _Named:
    """An open file that says its name where it cannot be read on."""

    def __init__(self, file: Readable, name: str) -> None:
        self._file, self._name = file, name

    def read(self, size: int) -> bytes:
        """Give up to so many bytes. Raises InputError."""
        try:
            return self._file.read(size)
        except OSError as error:
            title = "standard input" if self._name == STDIN else self._name
            raise InputError(f"{title} cannot be read: {error.strerror}") from error


@contextmanager
def reading(opens: OpenFile, name: str) -> Iterator[Readable]:
    """Open a file for as long as it is read; standard input stays open."""
    file = opens(name)
    try:
        yield _Named(file, name)
    finally:
        if name != STDIN:
            file.close()


def became_another(opens: OpenFile, name: str, digest: str | None) -> bool:
    """Tell whether a file says something else than when it was read; it may be gone."""
    try:
        with reading(opens, name) as file:
            hashed = Hashed(file)
            while hashed.read(CHUNK):
                pass
            return hashed.hexdigest() != digest
    except InputError:
        return False


def told(name: str, wrong: Sequence[tuple[Line, str]], count: int | None = None) -> str:
    """Name the lines that are wrong, and each reason once."""
    count = count or len(wrong)
    alike: dict[str, list[str]] = {}
    for line, why in wrong[:NAMED]:
        alike.setdefault(why, []).append(str(line.number))
    shown = "; ".join(f"{_lines(numbers)}: {why}" for why, numbers in alike.items())
    more = f"; and {count - NAMED:,} more" if count > NAMED else ""
    return f"{name}: {shown}{more}; mend it, or leave it out by --skip-bad"


def _lines(numbers: Sequence[str]) -> str:
    return f"line{'' if len(numbers) == 1 else 's'} {', '.join(numbers)}"


def refused(name: str, found: Sequence[Line], named: Sequence[tuple[Line, str]], said: str) -> str:
    """Name the lines that a server refuses, or those among which they are."""
    if named:
        return told(name, named)
    return f"{spanned(name, found)}: {said}; mend it, or leave it out by --skip-bad"


def spanned(name: str, found: Sequence[Line]) -> str:
    """Name the lines among which something is."""
    first, last = found[0].number, found[-1].number
    return f"{name}: line {first}" if first == last else f"{name}: lines {first} to {last}"


def by_place(found: Sequence[Line], problems: Mapping[int, str]) -> dict[int, str]:
    """Give what is wrong by the place in the file, not by that in the batch."""
    return {found[n].place: why for n, why in problems.items() if n < len(found)}


def halves(found: Sequence[Line]) -> list[Sequence[Line]]:
    """Cut lines in the middle."""
    middle = len(found) // 2
    return [found[:middle], found[middle:]]


def grouped(found: Iterable[Line], size: int) -> Iterator[list[Line]]:
    """Give lines some at a time, fewer of long ones."""
    some: list[Line] = []
    length = 0
    for line in found:
        some.append(line)
        length += len(line.raw)
        if len(some) == size or length > TOGETHER:
            yield some
            some, length = [], 0
    if some:
        yield some
