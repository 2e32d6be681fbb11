"""Whether a source still shows what the mirror was read from, though by another name.

An organisation has a name of its own, and another one is another. Where a platform tells nothing
but the key that reads, which people renew, the same world is known again by its records.
"""

from __future__ import annotations

from collections.abc import Sequence

from etl import extract, holdings, ledger
from etl.database import Session
from etl.statements import Spelling
from etl.stream import Platform, Source


def is_the_same(
    source: Source, platform: Platform, sender: extract.Sender, session: Session, realm: str
) -> bool:
    """Tell whether a realm is the mirror's: by name, or by a record that both know.

    A mirror that holds nothing yet is any realm's. Raises a SourceError that stops the source.
    """
    if ledger.realm_of(session, source.name) in (None, realm):
        return True
    if platform.recognise is None:
        return False
    shown = extract.ask(platform.recognise(source), sender)
    spelling, of = Spelling(session.dialect), (source.name,)
    held = False
    for stream in platform.streams:
        table = stream.shape.table
        if session.all(holdings.anything(table, spelling), of):
            held = True
            if _knows(
                session, spelling, holdings.known(table, spelling), of, shown.get(stream.name, ())
            ):
                return True
    return not held


def _knows(
    session: Session, spelling: Spelling, sql: str, of: tuple[str], ids: Sequence[int | str]
) -> bool:
    return bool(ids and session.all(sql, (*of, spelling.values(list(ids)))))
