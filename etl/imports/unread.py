"""The part of a file that is not used up yet, read in memory that does not grow with it."""

from __future__ import annotations

import io
from typing import Protocol

from etl.errors import InputError

CHUNK = 1 << 18  # bytes read at a time
LONGEST = 64 << 20  # bytes of one record; a server refuses what is much longer
SPACES, BREAKS = b" \t", b"\r\n"
BLANK = SPACES + BREAKS
CUT = "is a line break, a quote or a bracket missing?"
_MARK = b"\xef\xbb\xbf"  # some editors begin a file with it


class Readable(Protocol):
    """A file, or what is read like one."""

    def read(self, size: int, /) -> bytes:
        """Give up to so many bytes, and none at its end."""


class Unread:
    """The part of a file that is not used up yet, and the number of the line it is at."""

    def __init__(self, file: Readable, name: str) -> None:
        self._file = file
        self.name = name
        self.rest, self.at, self.number = b"", 0, 1
        self.ended = False
        self.more()
        self.rest = self.rest.removeprefix(_MARK)

    def more(self) -> bool:
        """Read on; the longer the rest, the more, so that a huge record costs no square.

        Raises InputError where what is not used up is longer than a record may be.
        """
        if len(self.rest) - self.at > LONGEST:
            raise self.wrong(f"a record of more than {LONGEST >> 20} MB begins here; {CUT}")
        data = b"" if self.ended else self._file.read(max(CHUNK, len(self.rest) - self.at))
        self.rest, self.at = self.rest[self.at :] + data, 0
        self.ended = not data
        return bool(data)

    def first(self) -> bytes:
        """Give the first byte that means something, standing where its line begins."""
        while self.next(BREAKS):
            while not (found := self.rest[self.at :].lstrip(SPACES)) and self.more():
                pass
            if found[:1] not in BREAKS:
                return found[:1]
            self.use(len(self.rest) - self.at - len(found))  # a blank line
        return b""

    def next(self, blank: bytes = BLANK) -> bytes:
        """Give the next byte that means something, without using it up."""
        while True:
            while self.at < len(self.rest):
                found = self.rest[self.at : self.at + 1]
                if found not in blank:
                    return found
                self.use(1)
            if not self.more():
                return b""

    def use(self, count: int) -> bytes:
        """Use up some bytes."""
        used = self.rest[self.at : self.at + count]
        self.number += used.count(b"\n")
        self.at += count
        return used

    def line(self, most: int | None = None) -> bytes:
        """Give the rest of the line, or `most` bytes of it and more, without using it up."""
        seen = 0
        while (end := self.rest.find(b"\n", self.at + seen)) < 0:
            seen = len(self.rest) - self.at
            if (most is not None and seen >= most) or not self.more():
                return self.rest[self.at :]
        return self.rest[self.at : end]

    def wrong(self, said: str) -> InputError:
        """Say what is wrong where the reading is."""
        return InputError(f"{self.name}: line {self.number}: {said}")


class Rest(io.BufferedIOBase):
    """What is not used up yet, as a file."""

    def __init__(self, stream: Unread) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """Tell that it can be read, as whoever wraps it asks."""
        return True

    def read1(self, size: int = -1, /) -> bytes:
        """Give what is at hand, or the next of it."""
        stream = self._stream
        if stream.at >= len(stream.rest):
            stream.more()
        found = stream.rest[stream.at :][: size if size >= 0 else None]
        stream.at += len(found)
        return found
