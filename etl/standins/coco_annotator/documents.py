"""Documents as MongoDB keeps them, in the order they came, each with its last encoded form."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from etl.standins.exchange import Json

if TYPE_CHECKING:
    from collections.abc import Iterable

Document = dict[str, Json]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)


class Missing(LookupError):
    """Nothing of this kind has this id."""


def moment(at: datetime) -> Document:
    """Make the legacy extended JSON of an instant, which is cut to milliseconds."""
    return {"$date": (at - _EPOCH) // _TICK}


def instant(value: Document) -> datetime:
    """Read what `moment` made."""
    return _EPOCH + int(value["$date"]) * _TICK


def encoded(value: Json) -> bytes:
    """Encode as the server does: NaN stays bare, and each `"_id"` in the text turns `"id"`."""
    text = json.dumps(value)
    if '"_id"' in text:
        text = json.dumps(json.loads(text.replace('"_id"', '"id"')))
    return text.encode()


def alone(document: Document) -> Document:
    """Show a document as single-document answers do: null fields are dropped."""
    return {name: value for name, value in document.items() if value is not None}


class Collection:
    """One kind of document by id; lists leave out `hidden` fields, `index` groups by a field."""

    def __init__(self, kind: str, *, hidden: Iterable[str] = (), index: str | None = None) -> None:
        """Start empty; ids count from 1 and are never handed out again."""
        self.kind = kind
        self.rows: dict[int, Document] = {}
        self.groups: defaultdict[Json, dict[int, Document]] = defaultdict(dict)
        self._hidden = frozenset(hidden)
        self._index = index
        self._texts: dict[int, bytes] = {}
        self._last = 0

    def take(self) -> int:
        """Hand out the next id; one that is not used afterwards leaves a gap."""
        self._last += 1
        return self._last

    def add(self, **fields: Json) -> Document:
        """Insert a document under the next id."""
        document = {"id": self.take(), **fields}
        self.rows[document["id"]] = document
        if self._index:
            self.groups[document[self._index]][document["id"]] = document
        return document

    def get(self, wanted: int) -> Document:
        """Return a document, deleted softly or not."""
        if wanted not in self.rows:
            raise Missing(f"{self.kind} has no id {wanted}")
        return self.rows[wanted]

    def change(self, wanted: int, **fields: Json) -> Document:
        """Set fields; nothing else is touched, for there is no `updated_at`."""
        document = self.get(wanted)
        document.update(fields)
        self._texts.pop(wanted, None)
        return document

    def remove(self, wanted: int) -> None:
        """Remove for good."""
        document = self.get(wanted)
        del self.rows[wanted]
        self._texts.pop(wanted, None)
        if self._index:
            self.groups[document[self._index]].pop(wanted, None)

    def text(self, document: Document) -> bytes:
        """Encode a document as lists show it, once until it changes."""
        known = self._texts.get(document["id"])
        if known is None:
            known = self._texts[document["id"]] = encoded(self.listed(document))
        return known

    def array(self, documents: Iterable[Document]) -> bytes:
        """Encode a list of documents of this collection."""
        return b"[" + b", ".join(map(self.text, documents)) + b"]"

    def listed(self, document: Document) -> Document:
        """Return a document without its hidden fields."""
        return {name: value for name, value in document.items() if name not in self._hidden}
