"""The names of fields by which a real Label Studio finds tasks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from etl.platforms.label_studio.importing import INTAKE
from key_names import FOUND, NOT_FOUND, finds

from .real_label_studio import RealLabelStudio
from .record_label_studio import post
from .test_label_studio import BOXES

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def server() -> Iterator[RealLabelStudio]:
    with RealLabelStudio() as running:
        yield running


def test_a_field_is_refused_by_which_the_server_finds_nothing(server):
    project = int(
        post(server.client, "/api/projects/", {"title": "Keys", "label_config": BOXES})["id"]
    )
    names = (*FOUND, *NOT_FOUND)
    row = {"image": "a", **dict.fromkeys(names, "x")}
    post(server.client, f"/api/projects/{project}/import", [{"data": row}])
    assert [name for name in names if finds(server.client, project, name)] == list(FOUND)
    for name in FOUND:
        INTAKE.searchable(name)
    for name in NOT_FOUND:
        with pytest.raises(ValueError, match="finds nothing"):
            INTAKE.searchable(name)
