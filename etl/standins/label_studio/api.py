"""The routes, and what stands before and behind every view: credentials, lock, errors."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from etl.standins.label_studio import (
    access,
    actions,
    importing,
    reading,
    refusals,
    serialize,
    writing,
)
from etl.standins.label_studio.call import Call
from etl.standins.label_studio.columns import Invalid
from etl.standins.label_studio.records import Missing, Refused
from etl.standins.label_studio.refusals import Refusal
from etl.standins.label_studio.tokens import Unauthorized

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from etl.standins.exchange import Answer, Request
    from etl.standins.label_studio.state import State
    from etl.standins.label_studio.tokens import Tokens

    View = Callable[[Call], Answer]

_OPEN = frozenset({reading.health, reading.version, access.refresh})
_NOT_ALLOWED = 405
_NOT_FOUND = 404
# Every answer opens an anonymous session, which means nothing.
_COOKIE = ("Set-Cookie", "sessionid=standin; HttpOnly; Path=/; SameSite=Lax")

_ROUTES: dict[str, dict[str, View]] = {
    "/health/": {"GET": reading.health},
    "/api/version/": {"GET": reading.version},
    "/api/current-user/whoami": {"GET": reading.whoami},
    "/api/users/": {"GET": reading.users, "POST": writing.add_user},
    "/api/users/#/": {"DELETE": writing.delete_user},
    "/api/organizations/": {"GET": reading.organizations},
    "/api/organizations/#": {"GET": reading.organization},
    "/api/projects/": {"GET": reading.projects, "POST": writing.add_project},
    "/api/projects/counts/": {"GET": reading.project_counts},
    "/api/projects/#/": {
        "GET": reading.project,
        "PATCH": writing.patch_project,
        "DELETE": writing.delete_project,
    },
    "/api/projects/#/model-versions/": {"GET": reading.model_versions},
    "/api/projects/#/import": {"POST": importing.import_tasks},
    "/api/projects/#/imports/#/": {"GET": importing.job},
    "/api/projects/#/import/predictions": {"POST": writing.import_predictions},
    "/api/tasks/": {"GET": reading.tasks, "POST": writing.add_task},
    "/api/tasks/#/": {
        "GET": reading.task,
        "PATCH": writing.patch_task,
        "DELETE": writing.delete_task,
    },
    "/api/tasks/#/annotations/": {
        "GET": reading.task_annotations,
        "POST": writing.add_annotation,
    },
    "/api/tasks/#/drafts": {"GET": reading.task_drafts},
    "/api/annotations/#/": {
        "GET": reading.annotation,
        "PATCH": writing.patch_annotation,
        "DELETE": writing.delete_annotation,
    },
    "/api/predictions/": {"GET": reading.predictions, "POST": writing.add_prediction},
    "/api/predictions/#/": {
        "GET": reading.prediction,
        "PATCH": writing.patch_prediction,
        "DELETE": writing.delete_prediction,
    },
    "/api/dm/actions/": {"POST": actions.perform},
    "/api/jwt/settings": {"GET": access.settings, "POST": access.change_settings},
    "/api/token/": {"GET": access.listed, "POST": access.create},
    "/api/token/refresh/": {"POST": access.refresh},
    "/api/token/rotate/": {"POST": access.rotate},
    "/api/token/blacklist/": {"POST": access.blacklist},
}


class Api:
    """Label Studio as an app of the stand-in server."""

    def __init__(self, state: State, tokens: Tokens) -> None:
        """Serve a state to whoever the tokens let in."""
        self.state = state
        self.tokens = tokens
        self._shape = lru_cache(maxsize=256)(serialize.shape)
        self._routes = [
            (re.compile(path.replace("#", r"(\d+)")), views) for path, views in _ROUTES.items()
        ]

    def now(self) -> datetime:
        """Return the server's present."""
        return self.state.clock.now()

    def answer(self, request: Request) -> Answer:
        """Find the view and run it under the lock; without a route, answer in HTML."""
        # A missing trailing slash is mended inside the server, a superfluous one is not.
        found = self._route(request.path) or self._route(request.path + "/")
        if found is None:
            return refusals.html(_NOT_FOUND)
        path, ids, views = found
        if request.method not in views:
            return refusals.envelope(_NOT_ALLOWED, f'Method "{request.method}" not allowed.')
        with self.state.lock:
            importing.do_jobs(self.state)
            answer = self._guarded(request, ids, views[request.method])
        if answer.status == _NOT_FOUND and not path.endswith("/"):
            answer = refusals.html(_NOT_FOUND)
        return replace(answer, headers=(*answer.headers, _COOKIE))

    def _route(self, path: str) -> tuple[str, tuple[int, ...], dict[str, View]] | None:
        for pattern, views in self._routes:
            if match := pattern.fullmatch(path):
                return pattern.pattern, tuple(map(int, match.groups())), views
        return None

    def _guarded(self, request: Request, ids: tuple[int, ...], view: View) -> Answer:
        try:
            return view(self._call(request, ids, view))
        except Unauthorized as error:
            return refusals.envelope(401, str(error))
        except Missing as error:
            return refusals.envelope(_NOT_FOUND, str(error))
        except Refusal as error:
            return refusals.envelope(error.status, str(error), error.validation)
        except Invalid as error:
            return refusals.envelope(error.status, str(error))
        except (Refused, AttributeError, KeyError, TypeError, ValueError) as error:
            return refusals.envelope(500, str(error))

    def _call(self, request: Request, ids: tuple[int, ...], view: View) -> Call:
        user_id = None if view in _OPEN else self.tokens.caller(request.headers)
        user = self.state.users.get(user_id) if user_id else None
        if user_id and user is None:
            raise Unauthorized("Invalid token.")
        if user and request.method != "GET":
            user.last_activity = self.state.clock.now()
        return Call(
            state=self.state,
            tokens=self.tokens,
            request=request,
            caller=user,
            ids=ids,
            shape=self._shape,
        )
