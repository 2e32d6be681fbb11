"""The migrations and the table classes give the same database."""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from etl import migrate
from etl.address import parse
from etl.database import connected
from etl.errors import MirrorError, RefusedError


@pytest.fixture
def empty(empty_database):
    """A session on an empty database."""
    with connected(parse(empty_database)) as session:
        yield session


@pytest.fixture
def connection(session):
    """SQLAlchemy on a migrated mirror, in a transaction of the session's."""
    with session.transaction(), migrate.lent(session) as connection:
        yield connection


def tables(session):
    with migrate.lent(session) as connection:
        return set(sa.inspect(connection).get_table_names())


def operations(connection):
    return Operations(MigrationContext.configure(connection))


def test_an_empty_database_comes_to_the_schema_of_the_classes(empty):
    assert migrate.upgrade(empty) == (None, migrate.head())
    assert (migrate.current(empty), migrate.differences(empty)) == (migrate.head(), [])


def test_upgrading_twice_changes_nothing(session):
    before = schema(session)
    assert migrate.upgrade(session) == (migrate.head(), migrate.head())
    assert schema(session) == before


def schema(session):
    """Everything alembic can tell apart, with each column's type and place."""
    with migrate.lent(session) as connection:
        look = sa.inspect(connection)
        return {
            table: (
                [(column["name"], str(column["type"])) for column in look.get_columns(table)],
                look.get_pk_constraint(table),
                [index | _options(index) for index in look.get_indexes(table)],
            )
            for table in look.get_table_names()
        }


def _options(index):
    """Show conditions as text: SQLAlchemy's compare only with themselves."""
    return {"dialect_options": {k: str(v) for k, v in index.get("dialect_options", {}).items()}}


def test_an_upgrade_that_is_rolled_back_leaves_nothing(empty):
    with empty.transaction(rehearsal=True):
        migrate.upgrade(empty)
        assert "sync_runs" in tables(empty)
    assert tables(empty) == set()


def test_a_mirror_of_a_newer_program_is_refused_and_left_alone(session):
    session.run("UPDATE alembic_version SET version_num = '9999'")
    before = schema(session)
    with pytest.raises(RefusedError, match="'9999' is newer"):
        migrate.upgrade(session)
    assert (migrate.current(session), schema(session)) == ("9999", before)


def test_the_downgrades_lead_back_to_nothing(session, connection):
    for script in migrate.scripts().walk_revisions():
        with Operations.context(MigrationContext.configure(connection)):
            script.module.downgrade()
    assert tables(session) == {"alembic_version"}


def test_a_missing_column_is_noticed(session, connection):
    operations(connection).drop_column("label_studio_tasks", "meta")
    ((kind, _, table, column),) = migrate.differences(session)
    assert (kind, table, column.name) == ("add_column", "label_studio_tasks", "meta")


def test_a_missing_index_is_noticed(session, connection):
    operations(connection).drop_index("ix_label_studio_tasks_updated_at")
    ((kind, index),) = migrate.differences(session)
    assert (kind, index.name) == ("add_index", "ix_label_studio_tasks_updated_at")


def test_a_missing_table_is_noticed(session, connection):
    operations(connection).drop_table("sync_rejects")
    found = migrate.differences(session)
    assert ("add_table", "sync_rejects") in [(change[0], change[1].name) for change in found]


@pytest.mark.parametrize(
    ("column", "kind"),
    [("overlap", sa.Text()), ("file_upload", sa.BigInteger()), ("is_labeled", sa.Text())],
)
def test_a_changed_type_is_noticed(session, connection, column, kind):
    with operations(connection).batch_alter_table("label_studio_tasks") as batch:
        batch.drop_column(column)
        batch.add_column(sa.Column(column, kind))
    (changes,) = migrate.differences(session)
    assert ("modify_type", column) in [(change[0], change[3]) for change in changes]


def test_every_migration_says_how_to_go_back():
    assert all(callable(script.module.downgrade) for script in migrate.scripts().walk_revisions())
    assert len(migrate.scripts().get_heads()) == 1


def test_the_names_of_the_files_tell_the_order_that_alembic_reads():
    walked = [script.revision for script in migrate.scripts().walk_revisions()]
    assert migrate.revisions() == walked[::-1]


# In a database of somebody's own


def test_another_programs_database_is_refused(empty):
    empty.run("CREATE TABLE alembic_version (version_num TEXT)")
    empty.run("INSERT INTO alembic_version VALUES ('ae1027a6acf')")
    with pytest.raises(RefusedError, match=r"another program's.*schema ="):
        migrate.upgrade(empty)


def test_a_database_without_a_mirror_is_said_to_be_none(empty):
    with pytest.raises(MirrorError, match="no mirror in this database yet; run: annomirror sync"):
        migrate.refuse_empty(empty)


@pytest.fixture
def role(new_postgres):
    """Makes roles that may do little, and opens the same new database as one of them."""
    url = new_postgres()
    with connected(parse(url)) as owner:
        owner.run("DROP ROLE IF EXISTS nobody_much")
        owner.run("CREATE ROLE nobody_much LOGIN")
        owner.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")

    @contextmanager
    def log_in(schema=None, *grants):
        with connected(parse(url)) as owner:
            for grant in grants:
                owner.run(grant)
        with connected(parse(url, schema)) as session:
            session.run("SET ROLE nobody_much")
            yield session

    yield log_in
    with connected(parse(url)) as owner:
        owner.run("DROP OWNED BY nobody_much")
        owner.run("DROP ROLE nobody_much")


@pytest.mark.parametrize(
    ("schema", "grants", "said"),
    [
        (None, [], "may make no tables in the schema public"),
        ("labels", [], "may not make the schema labels"),
        ("labels", ["CREATE SCHEMA labels"], "may make no tables in the schema labels"),
    ],
)
def test_a_role_that_may_too_little_is_told_what_it_lacks(role, schema, grants, said):
    with role(schema, *grants) as session:
        with pytest.raises(MirrorError, match=said):
            migrate.refuse_unwritable(session, schema)
        with pytest.raises(MirrorError, match=r"permission denied|no schema has been selected"):
            migrate.upgrade(session, schema)


def test_a_role_may_keep_a_mirror_in_a_schema_of_its_own(role):
    with role("labels", "CREATE SCHEMA labels AUTHORIZATION nobody_much") as session:
        migrate.refuse_unwritable(session, "labels")
        assert migrate.upgrade(session, "labels") == (None, migrate.head())
        migrate.refuse_unwritable(session, "labels")
