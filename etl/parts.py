"""Reads a stream part by part: each walk ahead of its being written, then what proves the part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import msgspec

from etl import extract
from etl.errors import AnnomirrorError, Outcome, RefusedError, SourceError
from etl.load import Loader
from etl.source import Part, Source
from etl.stream import Stream
from etl.walk import Identity, Page, Start, Walk

TOLD = 3  # failures told one by one; a thousand would be no line to read


def summed(failures: Mapping[Part, AnnomirrorError], parts: int) -> tuple[Outcome, str]:
    """Say how a stream went some of whose parts failed, and why."""
    outcome = Outcome.PARTIAL if len(failures) < parts else Outcome.FAILED
    if any(isinstance(error, RefusedError) for error in failures.values()):
        outcome = Outcome.REFUSED
    told = [f"{part.title}: {e}" if part.key else str(e) for part, e in failures.items()]
    rest = [f"and {len(told) - TOLD} more"] if len(told) > TOLD else []
    return outcome, "; ".join((*told[:TOLD], *rest))


class Reading(msgspec.Struct, frozen=True):
    """One stream of one source, being read; a part that fails is noted, and the next one begun."""

    stream: Stream
    source: Source
    sender: extract.Sender
    identity: Identity | None
    loader: Loader
    failures: dict[Part, AnnomirrorError]

    def pages(self, starts: Sequence[Start]) -> Iterator[tuple[Part, Page]]:
        """Yield every part's pages, and then what the proof finds wanting in those that moved."""
        moved = dict[Part, None]()
        walks = [self._walked(start) for start in starts]
        with extract.Ahead(walks, self.source.concurrency) as walked:
            for part, page in walked:
                if page.position is not None:
                    moved[part] = None
                yield part, page
        if self.stream.proof:
            for part in moved:
                if part not in self.failures:
                    yield from self._proved(part, self.stream.proof)
        for start in starts:
            if start.part not in self.failures:
                self.loader.keep_digest(start.part)

    def _walked(self, start: Start) -> Iterator[tuple[Part, Page]]:
        walk = self.stream.walk(start)
        try:
            for page in extract.pages(walk, self.sender, self.source.concurrency):
                yield start.part, page
        except SourceError as error:
            self._note(start.part, error)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            if start.position.state is None:
                raise
            self.failures[start.part] = self.loader.senseless(start.part, error)

    def _proved(self, part: Part, prove: Callable[[Start], Walk]) -> Iterator[tuple[Part, Page]]:
        """Yield a proof's pages; it asks the mirror, so that each is written before the next."""
        start = self.loader.start(self.source, part, identity=self.identity)
        asked = partial(self.loader.held, part), partial(self.loader.tally, part)
        try:
            for page in extract.pages(prove(start), self.sender, 1, *asked):
                yield part, page
                if part in self.failures:
                    return  # refused
        except SourceError as error:
            self._note(part, error)

    def _note(self, part: Part, error: SourceError) -> None:
        """Note why a part failed. Raises what no other part or stream would fare better with."""
        if error.stops_source:
            raise error
        self.failures[part] = error
