"""Names of fields by which a server finds tasks, and those by which it does not, as measured."""

from etl.platforms.label_studio.finding import existing

FOUND = (
    *("n", "my.key", "a:b", "ключ", "日本", "1a", "a-b", "a_b", "_a", "a/b", "a,b", "a(b)", "a%sb"),
    *(
        "$a",
        "a\\b",
        "a?b",
        "a&b=c",
        "a+b",
        "a*b",
        "a|b",
        "a@b!",
        "{a}",
        "<a>",
        "a^b~",
        "id",
        "data",
    ),
    *("in", "isnull", "1.0", "1e3", "0x1", "²", "_1", "😀", "a" * 200),
)
NOT_FOUND = (
    *("my key", " a", "a ", "a\tb", "a\nb", "a\u00a0b", "a\u2028b", "a\x01b", "a\x7fb", "a\x85b"),
    *('a"b', "a'b", "a`b", "a;b", "a[0]", "[", "]", "a#b", "a--b", "a/*b", "a*/b"),
    *("a__b", "__1", "a_", "_", "1", "01", "-1", "+1", "1_0", "\u0661"),
)


def finds(client, project, name):
    """Tell whether a server finds the one task whose field of that name says x."""
    asked = next(existing(project, name, ["x"]))
    answer = client.get(asked.path, params=dict(asked.params))
    return answer.status_code == 200 and answer.json()["total"] == 1
