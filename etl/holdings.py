"""The SQL that asks what the mirror holds of a stream or a part of it, and buries orphans."""

from __future__ import annotations

from collections.abc import Sequence

from etl.layout import Layout
from etl.statements import Spelling, quoted
from etl.tables import Mirrored
from etl.walk import Adding, Digest, Gate, Tally


def digest(spec: Digest, within: str) -> str:
    """Count rows, with their newest time and sums."""
    sums = "".join(f", coalesce(sum({quoted(name)}), 0)" for name in spec.sums)
    table = quoted(spec.table.__tablename__)
    return f"SELECT count(*), max({quoted(spec.by)}){sums} FROM {table} WHERE {within}"


def ids(spec: Digest, within: str, limit: int, offset: int = 0) -> str:
    """List ids in their order."""
    table = quoted(spec.table.__tablename__)
    return f"SELECT id FROM {table} WHERE {within} ORDER BY id LIMIT {limit} OFFSET {offset}"


def parts(adding: Adding, part_column: str, spelling: Spelling) -> str:
    """Count the parts that records of a part of the stream count themselves."""
    return (
        f"SELECT count(*) FROM {quoted(adding.table.__tablename__)} WHERE deleted_at IS NULL "
        f"AND {quoted(adding.unless)} IS NOT TRUE AND {spelling.equal('source', part_column)}"
    )


def odd(spec: Digest, adding: Adding, part_column: str, spelling: Spelling) -> str:
    """List the records that have not as many parts as they say."""
    return (
        f"SELECT t.id FROM {quoted(spec.table.__tablename__)} t "
        f"WHERE t.deleted_at IS NULL AND t.{quoted(adding.says)} <> ("
        f"SELECT count(*) FROM {quoted(adding.table.__tablename__)} p WHERE p.source = t.source "
        f"AND p.{quoted(adding.column)} = t.id AND p.deleted_at IS NULL "
        f"AND p.{quoted(adding.unless)} IS NOT TRUE) "
        f"AND {spelling.equal('source', part_column)} ORDER BY t.id"
    )


def live(part_column: str | None, spelling: Spelling, *, upto: bool | None = None) -> str:
    """Choose the live rows of a part; with `upto` told, above one id, and perhaps up to another."""
    part = f" AND {spelling.equal(part_column)}" if part_column else ""
    above = f" AND id > {spelling.mark}" if upto is not None else ""
    ceiling = f" AND id <= {spelling.mark}" if upto else ""
    return f"{spelling.equal('source')} AND deleted_at IS NULL{part}{above}{ceiling}"


def orphans(
    table: Mirrored | type[Mirrored], column: str, parent: type[Mirrored], spelling: Spelling
) -> str:
    """Turn the live rows that lie in tombstones into tombstones."""
    return (
        f"UPDATE {quoted(table.__tablename__)} SET deleted_at = {spelling.mark}, "
        f"synced_at = {spelling.mark} WHERE {spelling.equal('source')} AND deleted_at IS NULL "
        f"AND {quoted(column)} IN ({dead(parent, spelling)})"
    )


def tally(table: type[Mirrored], asked: Tally, part_column: str | None, spelling: Spelling) -> str:
    """Count live rows by a column, of a part and a range of ids perhaps."""
    within = [column for column in (part_column, asked.within and asked.within[0]) if column]
    chosen = spelling.equal("source", *within)
    chosen += f" AND id > {spelling.mark}" if asked.above else ""
    chosen += f" AND id <= {spelling.mark}" if asked.upto is not None else ""
    column = quoted(asked.column)
    return (
        f"SELECT {column}, count(*) FROM {quoted(table.__tablename__)} "
        f"WHERE {chosen} AND deleted_at IS NULL GROUP BY {column}"
    )


def strays(
    layout: Layout, columns: Sequence[str], parent: type[Mirrored], spelling: Spelling
) -> str:
    """List live rows, by key and `columns`, whose first column names no live row of a table."""
    column = columns[0]
    chosen = ", ".join(f"t.{quoted(name)}" for name in (*layout.keys[1:], *columns))
    told = "".join(f" AND t.{spelling.equal(name)}" for name, _ in layout.constants)
    table = quoted(layout.table.__tablename__)
    return (
        f"SELECT {chosen} FROM {table} t WHERE t.{spelling.equal('source')} "
        f"AND t.deleted_at IS NULL{told} AND NOT EXISTS ("
        f"SELECT 1 FROM {quoted(parent.__tablename__)} p WHERE p.source = t.source "
        f"AND p.id = t.{quoted(column)} AND p.deleted_at IS NULL)"
    )


def orphaned(table: type[Mirrored], column: str, parent: type[Mirrored], spelling: Spelling) -> str:
    """Count the live rows that lie in tombstones."""
    return f"{count(table, spelling)} AND {quoted(column)} IN ({dead(parent, spelling)})"


def count(
    table: Mirrored | type[Mirrored], spelling: Spelling, part_column: str | None = None
) -> str:
    """Count live rows, of a part perhaps."""
    return f"SELECT count(*) FROM {quoted(table.__tablename__)} WHERE {live(part_column, spelling)}"


def dead(table: type[Mirrored], spelling: Spelling) -> str:
    """List the records that are gone."""
    return (
        f"SELECT id FROM {quoted(table.__tablename__)} "
        f"WHERE {spelling.equal('source')} AND deleted_at IS NOT NULL"
    )


def newest_stamp(table: type[Mirrored], spelling: Spelling) -> str:
    """Give the time of the latest change to a table's rows."""
    return (
        f"SELECT max(synced_at) FROM {quoted(table.__tablename__)} WHERE {spelling.equal('source')}"
    )


def touched(gate: Gate, table: type[Mirrored], spelling: Spelling) -> str:
    """List the gate's rows changed since a time, each with the live rows of `table` it concerns."""
    return (
        f"SELECT g.id, t.id FROM {quoted(gate.table.__tablename__)} g "
        f"LEFT JOIN {quoted(table.__tablename__)} t ON t.source = g.source "
        f"AND t.{quoted(gate.column)} = g.id AND t.deleted_at IS NULL "
        f"WHERE g.source = {spelling.mark} AND g.synced_at > {spelling.mark} ORDER BY g.id, t.id"
    )


def live_parts(table: type[Mirrored], title: str, spelling: Spelling) -> str:
    """List the live rows a stream is split by."""
    return (
        f"SELECT id, {quoted(title)} FROM {quoted(table.__tablename__)} "
        f"WHERE {spelling.equal('source')} AND deleted_at IS NULL ORDER BY id"
    )


def anything(table: type[Mirrored], spelling: Spelling) -> str:
    """Look for a live row."""
    return (
        f"SELECT 1 FROM {quoted(table.__tablename__)} "
        f"WHERE {spelling.equal('source')} AND deleted_at IS NULL LIMIT 1"
    )


def known(table: type[Mirrored], spelling: Spelling) -> str:
    """Look for a live row that has one of some ids."""
    return (
        f"SELECT 1 FROM {quoted(table.__tablename__)} WHERE {spelling.equal('source')} "
        f"AND deleted_at IS NULL AND id {spelling.among} LIMIT 1"
    )
