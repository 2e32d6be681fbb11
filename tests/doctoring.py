"""Making a mirror wrong, row by row, past the program."""

from etl.layout import kinds, specs
from etl.statements import Spelling, quoted

# Times tell how a row came to be, documents may be written in many ways.
CHANGED = {"text": "doctored", "number": 12345.5, "whole": 987_654, "flag": None}


class Doctor:
    """Deletes, changes and invents rows of one stream; notes each as verify should name it."""

    def __init__(self, session, plan, nth=1):
        self.session, self.plan, self.nth = session, plan, nth
        self.spelling = Spelling(session.dialect)
        self.done = set()
        self._kept = set()  # what was not deleted, of which no part is missing with it

    def everything(self):
        """Do all three to every table of the stream."""
        root, *children = [self.plan.root, *self.plan.children]
        ids = [key[0] for key in self.keys(root)]
        self.delete(root, (ids[0],))
        self.change(root, (ids[1],))
        self.invent(root, (ids[1],))
        for layout in children:
            self._parts(layout, {ids[0]})

    def _parts(self, layout, gone):
        """Do all three to rows of other records than those that are gone."""
        keys = self.keys(layout, without=gone)
        if len(keys) > 2:
            self.delete(layout, keys[0])
            self.change(layout, keys[1])
            self.invent(layout, keys[2])

    def keys(self, layout, *, without=()):
        """List the keys of a table's rows, but of those that lie in some records."""
        names = ", ".join(map(quoted, (*layout.keys[1:], layout.root, layout.owner or layout.root)))
        constants = [name for name, _ in layout.constants]
        told = f" AND {self.spelling.equal(*constants)}" if constants else ""
        found = self.session.all(
            f"SELECT {names} FROM {quoted(layout.table.__tablename__)} "
            f"WHERE deleted_at IS NULL{told} ORDER BY {names}",
            [value for _, value in layout.constants],
        )
        owned = (layout.owned_by.__tablename__ if layout.owned_by else None, "missing")
        return [
            tuple(key)
            for *key, root, owner in found
            if root not in without and (*owned, owner) not in self._kept
        ]

    def delete(self, layout, key):
        self._run(f"DELETE FROM {self._one(layout)}", key)
        self._kept.add((layout.table.__tablename__, "missing", key[0]))
        self._note("missing", layout, key)

    def change(self, layout, key):
        name, kind = self.column(layout)
        where = self._one(layout)
        table, _, condition = where.partition(" WHERE ")
        mark = self.spelling.mark
        values = (CHANGED[kind], *key)
        self._run(f"UPDATE {table} SET {quoted(name)} = {mark} WHERE {condition}", values)
        self._note("different", layout, key)

    def invent(self, layout, key):
        """Copy a row, to another place."""
        *rest, last = key
        number = isinstance(last, int)
        other = (*rest, last + self.nth * 1_000_000 if number else f"{last}-made-up-{self.nth}")
        names = [*layout.columns, "synced_at"]
        names += ["content_hash"] * (layout is self.plan.root)
        at = layout.keys[-1]
        chosen = ", ".join(self.spelling.mark if n == at else quoted(n) for n in names)
        table, _, condition = self._one(layout).partition(" WHERE ")
        self._run(
            f"INSERT INTO {table} ({', '.join(map(quoted, names))}) "
            f"SELECT {chosen} FROM {table} WHERE {condition}",
            (other[-1], *key),
        )
        self._note("extra", layout, other)

    def column(self, layout):
        """Choose a column to change: one that says something of the row itself."""
        own = {**specs(layout.table)}
        taken = {*layout.keys, layout.root, layout.owner}
        parts = self.plan.stream.parts
        taken |= {parts.column} if parts else set()
        of = dict(zip(layout.columns, kinds(layout.table, layout.columns), strict=True))
        return next(
            (name, of[name])
            for name in layout.columns
            if name not in taken
            and of[name] in CHANGED
            and not own.get(name, own["id" if "id" in own else name]).volatile
            and not name.endswith("_id")
        )

    def _one(self, layout):
        constants = [name for name, _ in layout.constants]
        assert set(constants) <= set(layout.keys)
        return f"{quoted(layout.table.__tablename__)} WHERE {self.spelling.equal(*layout.keys[1:])}"

    def _run(self, sql, values):
        with self.session.transaction():
            assert self.session.run(sql, tuple(values)) == 1

    def _note(self, kind, layout, key):
        self.done.add((kind, layout.table.__tablename__, tuple(key)))


def named(verdict):
    """Give what a verdict names as the doctor notes it."""
    return {(d.kind.value, d.table, tuple(v for _, v in d.key)) for d in verdict.differences}
