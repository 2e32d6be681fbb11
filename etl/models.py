"""The tables as SQLModel classes: what migrations are compared with, and an ORM works with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Double, Index, Integer, MetaData, Text, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from etl.column_types import Document, Moment
from etl.platforms import PLATFORMS
from etl.stream import Platform, Shape
from etl.tables import BOOKS, Column, Declared
from etl.tables import Index as Declaration

_TYPES: dict[str, tuple[Any, Any]] = {
    "serial": (int, Integer),
    "whole": (int, BigInteger),
    "text": (str, Text),
    "number": (float, Double),
    "flag": (bool, Boolean),
    "moment": (datetime, Moment),
    "document": (str, Document),
}


def tables() -> list[type[Declared]]:
    """List every table of the mirror: the books', and those that the platforms' streams fill."""
    found = [table for platform in PLATFORMS.values() for table in _of_platform(platform)]
    return list(dict.fromkeys([*BOOKS, *found]))


def models() -> dict[str, type[SQLModel]]:
    """Make the SQLModel class of every table, by the table's name, over metadata of their own."""

    class Base(SQLModel, registry=registry()):
        pass

    return {table.__tablename__: _model(table, Base) for table in tables()}


def metadata() -> MetaData:
    """Describe the whole schema."""
    found: MetaData = next(iter(models().values())).metadata
    return found


def _of_platform(platform: Platform) -> Iterable[type[Declared]]:
    for stream in platform.streams:
        yield from _of_shape(stream.shape)
    yield from platform.tables


def _of_shape(shape: Shape) -> Iterable[type[Declared]]:
    yield shape.table
    for exploded in shape.exploded:
        yield from exploded.tables
    for nested in shape.nested:
        yield from _of_shape(nested.shape)


def _model(table: type[Declared], base: type[SQLModel]) -> type[SQLModel]:
    fields = {_attribute(name): _field(column) for name, column in table.__columns__.items()}
    hints = {_attribute(n): _TYPES[c.spec.kind][0] | None for n, c in table.__columns__.items()}
    indexes = [_index(each) for each in table.__indexes__]
    namespace = {"__tablename__": table.__tablename__, "__table_args__": tuple(indexes)}
    about = {"__doc__": table.__doc__, "__module__": table.__module__, "__annotations__": hints}
    metaclass: Any = type(SQLModel)
    made: type[SQLModel] = metaclass(
        table.__name__, (base,), {**about, **namespace, **fields}, table=True
    )
    return made


def _index(index: Declaration) -> Index:
    where: dict[str, Any] = {}
    if index.where:
        where = dict.fromkeys(("sqlite_where", "postgresql_where"), text(index.where))
    return Index(index.name, *index.columns, unique=index.unique, **where)


def _attribute(name: str) -> str:
    """Name the attribute of a column: `metadata` is SQLAlchemy's own word."""
    return f"{name}_" if name == "metadata" else name


def _field(column: Column) -> Any:
    own: dict[str, Any] = {"comment": column.about or None, "name": column.name}
    kind = column.spec.kind
    if column.key and kind != "serial":
        own["autoincrement"] = False
    return Field(
        default=None,
        primary_key=column.key,
        nullable=not column.key,
        index=column.index,
        sa_type=_TYPES[kind][1],
        sa_column_kwargs=own,
    )
