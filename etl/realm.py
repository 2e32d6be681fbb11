"""Who a source takes us for, and whether it shows what the mirror was read from.

An organisation has a name, by which it is known again. Where a platform tells nothing but the key
that reads, which people renew, an account is known again by its records.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from etl import extract, holdings, ledger
from etl.database import Session
from etl.job import Job
from etl.source import Source
from etl.statements import Spelling
from etl.stream import Platform


def identified(job: Job, session: Session) -> Job:
    """Ask who we are, before anything is concluded from what we see.

    Raises RefusedError where the mirror was read from something else, unless that is to be
    accepted; SourceError, ConfigurationError.
    """
    source, platform = job.source, job.platform
    identity = extract.ask(platform.identify(source, thorough=False), job.sender)
    realm, known = identity.realm, ledger.realm_of(session, source.name)
    same = not realm or known in (None, realm) or job.allow_mass_delete
    if not same and not _recognised(source, platform, job.sender, session):
        raise ledger.other_realm(source.name, realm, str(known))
    return replace(job, identity=identity)


def _recognised(
    source: Source, platform: Platform, sender: extract.Sender, session: Session
) -> bool:
    """Tell whether some record is known both here and there.

    A mirror that holds nothing yet knows anybody. Raises a SourceError that stops the source.
    """
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
