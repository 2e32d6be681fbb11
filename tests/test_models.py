"""The tables as an ORM sees them."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from etl import migrate
from etl.models import models, tables
from etl.platforms import PLATFORMS
from etl.tables import Mirrored
from mirror import commit


def test_an_orm_reads_what_the_mirror_holds(session):
    stamp = "2026-11-21T09:00:00.000001Z"
    fields = {"updated_at": stamp, "is_labeled": True, "data": {"n": 1}}
    commit(session, "tasks", {"id": 1, "annotations": [], **fields})
    task = models()["label_studio_tasks"]
    with migrate.lent(session) as connection, Session(connection) as orm:
        row = orm.exec(select(task)).one()
        assert (row.source, row.id, row.is_labeled) == ("labels", 1, True)
        assert row.updated_at == datetime(2026, 11, 21, 9, microsecond=1, tzinfo=UTC)


def test_a_column_that_an_orm_has_no_name_for_is_found_beside_it():
    image = models()["coco_annotator_images"]
    assert image.metadata_.name == "metadata"


def test_every_table_of_every_platform_has_its_class():
    names = {table.__tablename__ for table in tables()}
    assert names == models().keys()
    assert {name.partition("_")[0] for name in names} == {"sync"} | {
        name.partition("_")[0] for name in PLATFORMS
    }


MIRRORED = [table for table in tables() if issubclass(table, Mirrored)]
NO_LINK = ("numeric_id", "inner_id", "region_id")
"""Ids that lead to no other row."""


@pytest.mark.parametrize("table", MIRRORED, ids=lambda table: table.__tablename__)
def test_what_leads_to_other_rows_and_what_tells_of_writes_is_indexed(table):
    begun = {index.columns[0] for index in table.__indexes__}
    found = {name for name, column in table.__columns__.items() if column.key or column.index}
    wanted = {name for name in table.__columns__ if name.endswith("_id") or name == "updated_at"}
    assert {name for name in wanted if not name.endswith(NO_LINK)} <= found | begun
