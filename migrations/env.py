"""Runs the migrations over the connection the program hands in, inside its transaction."""

from __future__ import annotations

from alembic import context

from etl import failpoints

context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,  # SQLite alters a table by copying it
    on_version_apply=lambda **_step: failpoints.reach("migrating"),
)
context.run_migrations()
