"""The five forms in which the console says no, by the letters of the reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.standins.exchange import Answer, Json, json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

INAPPROPRIATE = (
    "The JSON you provided was well-formed and valid, but not appropriate for this operation."
)
NO_CREDENTIAL = "NotFound, cause: Could not find credential."
MISMATCH = "SignatureDoesNotMatch, cause: Fail to authn user: Signature does not match"


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):
    """Answer with an error of one of the forms A to E."""

    form: str
    code: int | str
    message: str
    status: int = 200
    headers: Mapping[str, str] | None = None

    def __str__(self) -> str:
        return self.message

    def answer(self, request_id: str) -> Answer:
        """Write the error down."""
        headers = {name.replace("-", "_"): text for name, text in (self.headers or {}).items()}
        if self.form == "E":
            headers |= {
                "X_Bce_Error_Code": str(self.code),
                "X_Bce_Error_Message": self.message,
            }
        headers["x_bce_request_id"] = request_id
        return json_answer(self._body(request_id), self.status, **headers)

    def _body(self, request_id: str) -> Json:
        named = {"code": self.code, "message": self.message}
        if self.form == "A":
            return named
        if self.form == "B":
            return {"log_id": request_id, "status": 400, "success": False, **named}
        if self.form == "C":
            return {"error_code": self.code, "error_msg": self.message, "log_id": request_id}
        return {"requestId": request_id, **named}


def param_invalid(status: int = 200) -> Refusal:
    """Say what enhance/list says of any argument it dislikes (form A)."""
    return Refusal(form="A", code=500001, message="param invalid", status=status)


def envelope(code: int = 500001, message: str = "param invalid") -> Refusal:
    """Say no inside the V1 envelope, at HTTP 200 (form B)."""
    return Refusal(form="B", code=code, message=message)


def coded(code: int | str, message: str, status: int = 200) -> Refusal:
    """Say no with an `error_code`, which some gateways send as text (form C)."""
    return Refusal(form="C", code=code, message=message, status=status)


def qps() -> Refusal:
    """Say that requests come too fast, at HTTP 200 (form C)."""
    return coded(18, "Open api qps request limit reached")


def inappropriate(name: str) -> Refusal:
    """Blame one parameter of a V2 action (form D)."""
    message = f"{INAPPROPRIATE} param[{name}] invalid."
    return Refusal(form="D", code="InappropriateJSON", message=message, status=400)


def malformed() -> Refusal:
    """Say that a V2 body is not a JSON object (form D)."""
    message = "The JSON you provided was not well-formed."
    return Refusal(form="D", code="MalformedJSON", message=message, status=400)


def gateway(code: str, message: str, status: int, **headers: str) -> Refusal:
    """Say no before the service is reached, with the error in headers too (form E)."""
    return Refusal(form="E", code=code, message=message, status=status, headers=headers)


def bad_header() -> Refusal:
    """Say that the Authorization header is absent, malformed or incomplete."""
    message = "The HTTP authorization header is invalid."
    return gateway("InvalidHTTPAuthHeader", message, 400)


def unknown_key() -> Refusal:
    """Say that there is no such access key."""
    return gateway("InvalidAccessKeyId", NO_CREDENTIAL, 403)


def mismatch(code: str = "SignatureDoesNotMatch", status: int = 403) -> Refusal:
    """Say that the signature is another one."""
    return gateway(code, MISMATCH, status)


def expired(timestamp: str) -> Refusal:
    """Say that a request was signed too long ago, or in the future."""
    return gateway("RequestExpired", f"Request has expired. Timestamp date is {timestamp}.", 400)


def denied() -> Refusal:
    """Say that the key is good but may not do this."""
    return gateway("AccessDenied", "Access denied.", 403)


def unknown_address() -> Refusal:
    """Say that there is nothing at this path, or no such Action."""
    return gateway("InvalidURI", "Could not parse the specified URI.", 400)


def too_many(retry_after: int | None = 1) -> Refusal:
    """Say 429, with or without telling how long to wait."""
    wait = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return gateway("RequestLimitExceeded", "Too many requests.", 429, **wait)


def internal(status: int = 500) -> Refusal:
    """Say that something broke inside."""
    return gateway("InternalError", "We encountered an internal error. Please try again.", status)
