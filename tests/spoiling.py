"""Ways to spoil an answer: its bytes, a value anywhere, or a value inside one of its records."""

import json

ODD = (
    *(None, True, False, 0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 0.5, 1e308, float("nan")),
    *(
        float("inf"),
        "",
        " ",
        "x" * 5000,
        "\x00",
        "a\x00b",
        "\ud800",
        "👍",
        "null",
        "[]",
        "-",
        "\uff10",
    ),
    *([], {}, [[]], [None], {"id": None}, {"": ""}, {"id": 1}, [1, 2], [{}], [[[[[[[[]]]]]]]]),
    *("2026-13-45T99:99:99Z", "0000-00-00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23"),
    *("'; DROP TABLE x; --", "%s", "\r\n", {"$date": 1}, {"$date": "x"}, -0.0, 10**400),
)
TOKENS = (b"{", b"}", b"[", b"]", b",", b'"', b":", b"\\", b"\\u", b"\\ud800", b"NaN", b"null")
TOKENS += (b"\x00", b"\xff", b"\xef\xbb\xbf", b"1e999", b"-", b'{"id":1}', b"[" * 3000, b"<html>")


def bytes_spoilt(dice, body):
    """Change bytes anywhere."""
    at, span = dice.randrange(len(body) + 1), dice.choice((1, 2, 7, 50))
    return dice.choice(
        (
            lambda: body[:at],
            lambda: body[:at] + body[at + span :],
            lambda: body[:at] + body[at : at + span] + body[at:],
            lambda: body[:at] + dice.choice(TOKENS) + body[at:],
            lambda: body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :],
            lambda: dice.choice(TOKENS),
            lambda: b"",
        )
    )()


def places(content, path=()):
    """Give the path of every value in decoded JSON."""
    yield path
    inner = content.items() if isinstance(content, dict) else ()
    inner = enumerate(content) if isinstance(content, list) else inner
    for key, value in inner:
        yield from places(value, (*path, key))


def changed(dice, content, path):
    """Change the value at a path: another value, none, or one more beside it."""
    if not path:
        return dice.choice(ODD)
    holder = content
    for key in path[:-1]:
        holder = holder[key]
    how = dice.randrange(4)
    if how == 0 and isinstance(holder, dict):
        del holder[path[-1]]
    elif how == 1 and isinstance(holder, dict):
        holder[dice.choice(("new", "", "id", "Ünew", "x" * 300))] = dice.choice(ODD)
    else:
        holder[path[-1]] = dice.choice(ODD)
    return content


def value_spoilt(dice, body):
    """Change one value of an answer."""
    content = json.loads(body)
    found = list(places(content))
    return json.dumps(changed(dice, content, dice.choice(found))).encode()


def records_of(content):
    """Find the list of records in an answer: the longest list of objects, and its path."""
    lists = [
        (len(value), path)
        for path in places(content)
        if isinstance(value := at(content, path), list) and value and isinstance(value[0], dict)
    ]
    outer = [found for found in lists if len(found[1]) <= 2]
    return max(outer, default=(0, None))[1]


def at(content, path):
    for key in path:
        content = content[key]
    return content


def record_spoilt(dice, body):
    """Change one value inside one record, not its id; else it would be another record.

    Everything else stays. None: there is no record.
    """
    content = json.loads(body)
    where = records_of(content)
    if where is None:
        return None
    records = at(content, where)
    number = dice.randrange(len(records))
    inside = [path for path in places(records[number]) if path and path != ("id",)]
    if not inside:
        return None
    known = records[number].get("id")
    changed(dice, records[number], dice.choice(inside))
    if known is not None:
        records[number]["id"] = known
    return json.dumps(content).encode()
