"""Lines of imported files that were set aside, in the quarantine beside the records of streams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from etl import times
from etl.database import Session
from etl.imports.batch import STDIN, Batch
from etl.imports.records import Line
from etl.quarantine import COLUMNS as REJECT
from etl.quarantine import KEYS as REJECT_KEYS
from etl.quarantine import TABLE as REJECTS
from etl.reject import storable
from etl.statements import Spelling

STREAM = "imports"  # what the lines are called there


class RejectedLines:
    """The lines of one source that were wrong; written in the transaction that is open."""

    def __init__(self, session: Session, source: str, run_id: int) -> None:
        self._session, self._source, self._run_id = session, source, run_id
        self._spelling = Spelling(session.dialect)

    def put(self, batch: Batch, wrong: Sequence[tuple[Line, str]]) -> None:
        """Set lines aside that are wrong, whole, each with the reason."""
        upsert = self._spelling.upsert(REJECTS, REJECT, REJECT_KEYS, ["first_run_id"])
        tail = (self._run_id, self._run_id, times.now())
        rows = [
            (
                *(self._source, STREAM, str(batch.project_id), _record_key(batch, line.place)),
                *(storable(why), storable(line.raw.decode(errors="backslashreplace"))),
                *tail,
            )
            for line, why in wrong
        ]
        self._session.many(upsert, rows)

    def release(self, batch: Batch, ids: Iterable[int]) -> None:
        """Let go of lines that were wrong once and are in now."""
        where = self._spelling.equal("source", "stream")
        if self._session.all(
            f"SELECT 1 FROM {REJECTS} WHERE {where} LIMIT 1", (self._source, STREAM)
        ):
            self._session.many(
                f"DELETE FROM {REJECTS} WHERE {self._spelling.equal(*REJECT_KEYS)}",
                [(self._source, STREAM, _record_key(batch, place)) for place in ids],
            )


def _record_key(batch: Batch, place: int) -> str:
    """Name a line so that it is the same one when its file is imported again.

    Standard input has no name: each one is another.
    """
    file = f"{STDIN} {batch.session}" if batch.file == STDIN else batch.file
    return storable(f"project {batch.project_id}: {file} #{place}")
