"""What proves who we are, so that it can be blotted out of whatever is shown."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from etl.blotting import blotted
from etl.errors import SourceError
from etl.source import Source
from etl.verdict import one_line

if TYPE_CHECKING:
    import httpx

REMEMBERED = 200  # of what was sent; a signature is made anew for each request
LONGEST = 2_000  # characters of an error, whatever a server puts into it
BLOT = "***"
_COOKIE = re.compile(r"=([^;]+)")


class Proofs:
    """Knows the credentials of a source, and what was made of them and sent."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._sent: deque[str] = deque(maxlen=REMEMBERED)

    def note(self, request: httpx.Request) -> None:
        """Remember what a request carries: a signature, a session, an access token."""
        header = request.headers.get("authorization", "").rpartition(" ")[2]
        made = [header, header.rpartition("/")[2]]
        made += _COOKIE.findall(request.headers.get("cookie", ""))
        self._sent.extend(proof for proof in made if proof and proof not in self._sent)

    def blot(self, body: bytes) -> bytes:
        """Blot them out of an answer that is no data."""
        return blotted(body, [proof.encode() for proof in self._all()], BLOT.encode())

    def conceal(self, error: SourceError) -> None:
        """Put an error so that it can be shown: without them, on one line that is not too long."""
        error.args = (one_line(blotted(str(error), self._all(), BLOT), LONGEST),)

    def _all(self) -> list[str]:
        return [*self._source.spellings(), *tuple(self._sent)]
