"""The endpoints about tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.exchange import Answer, json_answer
from etl.standins.label_studio.refusals import Refusal, invalid
from etl.standins.label_studio.tokens import Unauthorized

if TYPE_CHECKING:
    from etl.standins.label_studio.call import Call

_TAKEN = "You already have a valid token. Please revoke it before creating a new one."


def settings(call: Call) -> Answer:
    """Show the organisation's two switches."""
    return json_answer(call.tokens.settings)


def change_settings(call: Call) -> Answer:
    """Turn kinds of tokens on or off, at once, for tokens already given out."""
    body = call.body()
    for name in call.tokens.settings:
        if name in body:
            call.tokens.settings[name] = bool(body[name])
    return json_answer(call.tokens.settings)


def create(call: Call) -> Answer:
    """Mint the one personal token a user may have."""
    if call.tokens.personal(call.user.id):
        raise Refusal(409, _TAKEN)
    return json_answer({"token": call.tokens.mint(call.user.id)}, 201)


def listed(call: Call) -> Answer:
    """List personal tokens without their signatures."""
    tokens = call.tokens.all_personal(call.user.id)
    return json_answer([{"token": one.rpartition(".")[0]} for one in tokens])


def refresh(call: Call) -> Answer:
    """Exchange a personal token for an access token; needs no other credentials."""
    return json_answer({"access": call.tokens.access(_refresh(call))})


def rotate(call: Call) -> Answer:
    """Replace a personal token."""
    token = _refresh(call)
    try:
        claims = call.tokens.refreshing(token)
    except Unauthorized as error:
        raise invalid(non_field_errors="Invalid refresh token") from error
    call.tokens.revoke(token)
    return json_answer({"refresh": call.tokens.mint(int(claims["user_id"]))})


def blacklist(call: Call) -> Answer:
    """Revoke a personal token; access tokens minted from it live on."""
    if call.tokens.revoke(_refresh(call)):
        return Answer(status=204)
    return json_answer({"detail": "Token is invalid or already blacklisted."}, 404)


def _refresh(call: Call) -> str:
    token = call.body().get("refresh")
    if not token:
        raise invalid(refresh="This field is required.")
    return str(token)
