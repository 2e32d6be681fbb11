"""Everything a COCO Annotator holds: its collections, its people and its settings."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, tzinfo
from functools import wraps
from random import Random
from threading import RLock
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from etl.standins.clock import Clock
from etl.standins.coco_annotator.documents import Collection, Document, Missing, moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.standins.exchange import Json

ROOT = "/datasets/"

_P = ParamSpec("_P")
_T = TypeVar("_T")


def locked(
    action: Callable[Concatenate[State, _P], _T],
) -> Callable[Concatenate[State, _P], _T]:
    """Run an action on a state while nobody else does anything to it."""

    @wraps(action)
    def run(state: State, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        with state.lock:
            return action(state, *args, **kwargs)

    return run


class State:
    """The database with the server's settings; one lock, so any thread may call anything."""

    def __init__(self, clock: Clock | None = None, timezone: tzinfo = UTC) -> None:
        """Start without users; `timezone` is the server's, which its local times show."""
        self.clock = clock or Clock()
        self.timezone = timezone
        self.lock = RLock()
        self.login_disabled = False
        self.random = Random(0)  # noqa: S311
        # What answers vary by, apart from `random`, so that being read changes no content.
        self.noise = Random(0)  # noqa: S311
        self.users: dict[str, Document] = {}
        self.datasets = Collection("datasets")
        self.categories = Collection("categories")
        self.images = Collection("images", index="dataset_id")
        self.annotations = Collection("annotations", hidden={"paper_object"}, index="image_id")
        self.exports = Collection("exports")
        self.tasks = Collection("tasks")
        self.unwritten: list[Document] = []
        self.lost_directories: set[str] = set()

    def truth(self, kind: str) -> list[Document]:
        """Copy all documents of a kind, soft-deleted ones included, as lists would show them.

        Kinds are datasets, categories, images, annotations, users, exports and tasks.
        """
        with self.lock:
            if kind == "users":
                return [shown(user) for user in self.users.values()]
            collection = self.collection(kind)
            rows: list[Document] = json.loads(collection.array(collection.rows.values()))
            return rows

    def collection(self, kind: str) -> Collection:
        """Return a collection by its name."""
        known = (self.datasets, self.categories, self.images, self.annotations)
        named = {one.kind: one for one in (*known, self.exports, self.tasks)}
        if kind not in named:
            raise Missing(f"no collection {kind!r}; there are: users, {', '.join(named)}")
        return named[kind]

    def edit(self, kind: str, wanted: int, *, drop: tuple[str, ...] = (), **fields: Json) -> None:
        """Change a document behind the server's back, as with the shell of MongoDB."""
        with self.lock:
            document = self.collection(kind).change(wanted, **fields)
            for name in drop:
                del document[name]

    def local_time(self, at: datetime | None = None) -> datetime:
        """Return the server's wall clock, wrongly called UTC, as it stores most times."""
        return (at or self.clock.now()).astimezone(self.timezone).replace(tzinfo=UTC)

    def colour(self) -> str:
        """Pick the colour of something new."""
        return f"#{self.random.randrange(1 << 24):06x}"

    def user(self, username: str) -> Document:
        """Return a user, whatever the case of the letters."""
        if username.lower() not in self.users:
            raise Missing(f"no user {username!r}; there are: {', '.join(self.users)}")
        return self.users[username.lower()]

    def add_user(self, username: str, password: str = "", *, admin: bool = False) -> Document:
        """Add a user; everywhere else only the name is written down."""
        with self.lock:
            user: Document = {
                "id": {"$oid": f"{self.random.getrandbits(96):024x}"},
                "password": hashed(password, f"{self.random.getrandbits(40):x}"[:8]),
                "username": username,
                "email": f"{username}@example.com",
                "name": username.title(),
                "online": False,
                "is_admin": admin,
                "preferences": {},
                "permissions": [],
            }
            self.users[username.lower()] = user
            return user

    def delete_user(self, username: str) -> None:
        """Delete for good; the name stays wherever it was written."""
        with self.lock:
            del self.users[self.user(username)["username"].lower()]

    def seen(self, user: Document) -> None:
        """Note that a user asked for something; a mirror changes its own row this way."""
        user["last_seen"] = moment(self.clock.now())


def shown(user: Document, *without: str) -> Document:
    """Return a user without secrets and preferences."""
    hidden = {"password", "preferences", *without}
    return {name: value for name, value in user.items() if name not in hidden}


def hashed(password: str, salt: str) -> str:
    """Hash a password in one round, as version 0.11 does."""
    digest = hmac.new(salt.encode(), password.encode(), hashlib.sha256)
    return f"sha256${salt}${digest.hexdigest()}"
