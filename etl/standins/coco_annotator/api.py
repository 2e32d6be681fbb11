"""The routes, and what happens before a view: redirects, credentials, and after it: errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from etl.standins.coco_annotator import books, coco, labels, listing, people, perils
from etl.standins.coco_annotator.call import Call
from etl.standins.coco_annotator.refusals import Refusal, answer, html
from etl.standins.coco_annotator.sight import Sight
from etl.standins.exchange import Answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from etl.standins.coco_annotator.sessions import Sessions
    from etl.standins.coco_annotator.state import State
    from etl.standins.exchange import Request

    View = Callable[[Call], Answer]

# `#` stands for a number, `@` for a name.
_GET: dict[str, View] = {
    "/api/info/": people.info,
    "/api/info/long_task": perils.long_task,
    "/api/user/": people.whoami,
    "/api/user/logout": people.logout,
    "/api/admin/users": people.users,
    "/api/admin/user/@": people.user,
    "/api/dataset/": listing.datasets,
    "/api/dataset/data": listing.datasets_data,
    "/api/dataset/#/data": listing.dataset_data,
    "/api/dataset/#/users": people.members,
    "/api/dataset/#/stats": books.stats,
    "/api/dataset/#/coco": coco.dataset_coco,
    "/api/dataset/#/exports": books.exports,
    "/api/dataset/#/export": books.start_export,
    "/api/dataset/#/scan": perils.scan,
    "/api/dataset/#/reset/metadata": perils.reset_metadata,
    "/api/category/": listing.categories,
    "/api/category/data": listing.categories_data,
    "/api/category/#": listing.category,
    "/api/image/": listing.images,
    "/api/image/#/coco": coco.image_coco,
    "/api/annotation/": labels.everything,
    "/api/annotation/#": labels.annotation,
    "/api/annotator/data/#": labels.annotator,
    "/api/tasks/": books.tasks,
    "/api/tasks/#/logs": books.logs,
    "/api/export/#": books.export,
    "/api/export/#/download": books.download,
    "/api/undo/list/": books.undo_list,
}
_LOGIN = "/api/user/login"
_OPEN = frozenset({people.info, perils.long_task})
_CHANGING = frozenset(
    {people.logout, books.start_export, perils.scan, perils.reset_metadata, perils.long_task}
)
_NOT_ALLOWED = {"message": "The method is not allowed for the requested URL."}
_BROKEN = {"message": "Internal Server Error"}


class Api:
    """COCO Annotator as an app of the stand-in server."""

    def __init__(self, state: State, sessions: Sessions) -> None:
        """Serve a state to whoever the sessions know."""
        self.state = state
        self.sessions = sessions
        self.side_effects: list[str] = []
        self._routes = [
            (re.compile(path.replace("#", r"(\d+)").replace("@", "([^/]+)")), view)
            for path, view in _GET.items()
        ]

    def now(self) -> datetime:
        """Return the server's present."""
        return self.state.clock.now()

    def answer(self, request: Request) -> Answer:
        """Find the view and run it under the lock."""
        with self.state.lock:
            if (request.method, request.path) == ("POST", _LOGIN):
                return self._guarded(people.login, self._call(request))
            view, parts = self._route(request.path)
            if view is None:
                return self._astray(request)
            if request.method not in {"GET", "HEAD"}:
                return self._refused(request)
            if view in _CHANGING:
                self.side_effects.append(f"{request.method} {request.path}")
            return self._guarded(view, self._call(request, *parts))

    def _route(self, path: str) -> tuple[View | None, tuple[str, ...]]:
        for pattern, view in self._routes:
            if match := pattern.fullmatch(path):
                return view, match.groups()
        return None, ()

    def _astray(self, request: Request) -> Answer:
        if request.method not in {"GET", "HEAD"}:
            return self._refused(request)
        slashed = f"{request.path}/"
        if slashed not in _GET:
            return html()
        query = f"?{urlencode(request.params)}" if request.params else ""
        place = f"http://{request.headers.get('host', 'localhost')}{slashed}{query}"
        return Answer(status=308, content_type="text/html", headers=(("Location", place),))

    def _refused(self, request: Request) -> Answer:
        """Record a write, which this stand-in leaves to its Python functions."""
        self.side_effects.append(f"{request.method} {request.path}")
        return answer(_NOT_ALLOWED, 405)

    def _call(self, request: Request, *parts: str) -> Call:
        user = self.sessions.caller(request.headers)
        return Call(
            state=self.state,
            sessions=self.sessions,
            request=request,
            user=user,
            sight=Sight(self.state, user),
            parts=parts,
        )

    def _guarded(self, view: View, call: Call) -> Answer:
        try:
            if view is not people.login and view not in _OPEN:
                people.caller(call)
            return view(call)
        except Refusal as refusal:
            return answer(refusal.body, refusal.status)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, re.error):
            return answer(_BROKEN, 500)
