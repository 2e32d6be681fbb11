"""The field that --key names: one by which the server finds nothing is refused at once."""

import httpx
import pytest

from etl.platforms.label_studio.importing import INTAKE
from key_names import FOUND, NOT_FOUND, finds


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("name", FOUND)
def test_a_task_is_known_by_a_field_of_many_a_name(site, name):
    file = site.file([{"data": {"image": "a", "n": 1, name: "x"}}])
    assert site.imported(file, "--key", name) == {"created": 1}
    assert site.imported(file, "--key", name) == {"skipped": 1}


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("name", [*NOT_FOUND, "$undefined$"])
@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--update",)])
def test_a_field_by_which_nothing_is_found_is_refused_before_anything_is_asked(
    site, server, name, more
):
    code, said = site.put(site.file([{"image": "a", name: "x"}]), "--key", name, *more)
    assert (code, server.requests, list(site.folder.glob("mirror.db"))) == (2, [], [])
    assert f"--key {name!r}: Label Studio finds nothing by such a name" in said["error"]
    assert "name the field otherwise" in said["error"]


def test_an_empty_name_is_no_field(site, images):
    code, said = site.put(site.file(images(1)), "--key", "")
    assert (code, "say the FIELD of data" in said["error"]) == (2, True)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("name", [*FOUND, *NOT_FOUND])
def test_what_is_refused_is_what_the_server_does_not_find(server, project, name):
    server.state.import_tasks(project.id, [{"data": {"image": "a", name: "x"}}])
    with httpx.Client(
        base_url=server.url, headers={"Authorization": f"Token {server.token}"}
    ) as client:
        found = finds(client, project.id, name)
    try:
        INTAKE.searchable(name)
    except ValueError:
        assert not found
    else:
        assert found
