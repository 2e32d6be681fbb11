"""A client of the stand-in Qianfan that owes nothing to the program."""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import httpx

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENHANCE = "/wenxinworkshop/enhance/list"


class Signed(httpx.Auth):
    """Signs host and x-bce-date, as the documents recommend, when all values are plain."""

    def __init__(self, key, secret, clock, token=None, also=()):
        self.key, self.secret, self.clock = key, secret, clock
        self.lifetime, self.token, self.also = 1800, token, also

    def auth_flow(self, request):
        stamp = self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        request.headers["x-bce-date"] = stamp
        if self.token:
            request.headers["x-bce-security-token"] = self.token
        names = sorted({"host", "x-bce-date", *self.also})
        lines = [f"{name}:{quote(request.headers[name], safe='')}" for name in names]
        prefix = f"bce-auth-v1/{self.key}/{stamp}/{self.lifetime}"
        url = urlsplit(str(request.url))
        text = "\n".join((request.method, url.path, url.query, *lines))
        signed = digest(digest(self.secret, prefix), text)
        request.headers["authorization"] = f"{prefix}/{';'.join(names)}/{signed}"
        yield request


def digest(key, text):
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def signed(platform, secret=None, clock=None):
    secret = secret or platform.secret_key
    return Signed(platform.access_key, secret, clock or platform.clock)


def enhance(client, offset=0, size=20, **body):
    body = {"isSelfInstruct": True, "offset": offset, "pageSize": size, **body}
    return client.post(ENHANCE, json=body)


def items(answer):
    return answer.json()["result"]["items"]


def act(client, action, **body):
    routes = {"Text": "dataprocessing", "Data": "dataset", "Fine": "finetuning"}
    route = routes.get(action.removeprefix("Describe")[:4], "batchinference")
    return client.post(f"/v2/{route}?Action={action}", json=body)


def walk(client, action, items, **body):
    rows, marker = [], ""
    while True:
        page = act(client, action, marker=marker, **body).json()
        page = page.get("result", page)
        rows += page[items]
        if not page["pageInfo"]["isTruncated"]:
            return rows
        marker = page["pageInfo"]["nextMarker"]
