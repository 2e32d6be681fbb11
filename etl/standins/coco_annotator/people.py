"""The endpoints about accounts: logging in, who one is, who there is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from etl.standins.coco_annotator.call import page_of, pages_of
from etl.standins.coco_annotator.refusals import Refusal, answer, invalid, unauthorized, unknown
from etl.standins.coco_annotator.state import shown

if TYPE_CHECKING:
    from etl.standins.coco_annotator.call import Call
    from etl.standins.exchange import Answer, Json

VERSION = "v0.11.1"
ANONYMOUS: dict[str, Json] = {
    "admin": False,
    "username": "anonymous",
    "name": "Anonymous User",
    "is_admin": False,
    "anonymous": True,
}
_ABSENT = "Missing required parameter in the JSON body"
_USERS, _FIRST = 50, 1


def info(call: Call) -> Answer:
    """Tell what this is and whether one must log in; needs no credentials."""
    return answer(
        {
            "name": "COCO Annotator",
            "author": "Justin Brooks",
            "demo": "https://annotator.justinbrooks.ca/",
            "repo": "https://github.com/jsbroks/coco-annotator",
            "git": {"tag": VERSION},
            "login_enabled": not call.state.login_disabled,
            "total_users": len(call.state.users),
            "allow_registration": True,
        }
    )


def login(call: Call) -> Answer:
    """Start a session; whatever is wrong, the status is 400."""
    body = call.body()
    for name in ("password", "username"):
        if body.get(name) is None:
            raise invalid(**{name: _ABSENT})
    user = call.sessions.check(str(body["username"]), str(body["password"]))
    if user is None:
        raise Refusal(400, {"success": False, "message": "Could not authenticate user"})
    call.state.seen(user)
    told = shown(user) | {"preferences": user["preferences"]}
    return replace(answer({"success": True, "user": told}), headers=(call.sessions.cookie(user),))


def logout(_call: Call) -> Answer:
    """Say good-bye; the cookie goes on to be good."""
    return answer({"success": True})


def whoami(call: Call) -> Answer:
    """Tell who is calling; without logins, a JSON text of everything is in a JSON text."""
    if call.user is None:
        return answer(ANONYMOUS)
    if call.state.login_disabled:
        stored = {"_id": call.user["id"], **call.user}
        del stored["id"]
        return answer(json.dumps(stored))
    return answer({"user": shown(call.user) | {"preferences": call.user["preferences"]}})


def users(call: Call) -> Answer:
    """List users without their secrets, for admins."""
    call.admins_only()
    limit = call.arguments().integer("limit", _USERS)
    page = call.integer("page", _FIRST) - 1
    rows = [shown(user) for user in call.state.users.values()]
    return answer(
        {
            "total": len(rows),
            "pages": pages_of(len(rows), limit),
            "page": page,
            "per_page": limit,
            "users": page_of(rows, page, limit),
        }
    )


def user(call: Call) -> Answer:
    """Show one user with the hash of the password, for admins."""
    call.admins_only()
    found = call.state.users.get(call.parts[0].lower())
    if found is None:
        raise Refusal(400, {"success": False, "message": "User not found"})
    return answer(found)


def members(call: Call) -> Answer:
    """List the owner and the members of a dataset, without ids."""
    dataset = call.arguments().sight.dataset(call.id)
    if dataset is None:
        raise unknown("Invalid dataset id")
    names = {dataset["owner"], *dataset["users"]}
    rows = [row for row in call.state.users.values() if row["username"] in names]
    return answer([shown(row, "id") for row in rows])


def caller(call: Call) -> Call:
    """Let only known callers pass, and anonymous ones where logins are disabled."""
    if call.user is None and not call.state.login_disabled:
        raise unauthorized()
    if call.user is not None:
        call.state.seen(call.user)
    return call
