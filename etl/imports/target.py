"""The source that is imported into: what it is, what speaks to it, and the project there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from etl import extract
from etl.errors import ConfigurationError
from etl.intake import Intake, Questions
from etl.job import Sender
from etl.source import Part, Source
from etl.stream import Platform

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Target:
    """The source that is imported into: what it is, and what speaks to it."""

    source: Source
    platform: Platform
    intake: Intake
    sender: Sender

    def project(self, number: int) -> Part:
        """Find the project. Raises Missing, ConfigurationError for one that is not mirrored."""
        self._mirrors()
        part = self.ask(self.intake.project(number))
        if not self.source.wants(part):
            raise ConfigurationError(
                f"{self.source.name} mirrors only some projects, {part.title!r} ({part.key}) is "
                "none of them; add it to projects, for what is imported is mirrored"
            )
        return part

    def _mirrors(self) -> None:
        """Refuse a source whose records of the kind that is imported are not mirrored."""
        streams, name = self.source.streams, self.intake.stream
        if streams and name not in streams:
            raise ConfigurationError(
                f"{self.source.name} mirrors only {', '.join(streams)}; add {name!r} to its "
                "streams, for what is imported is mirrored"
            )

    def ask(self, questions: Questions[T]) -> T:
        """Carry out questions."""
        return extract.ask(questions, self.sender)
