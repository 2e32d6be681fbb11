"""The lines of one import are found by its batches, however many lines of others there are."""

import sqlite3
from contextlib import closing

from etl.database import Session


def test_no_question_to_the_books_goes_through_the_lines_of_all_imports(
    site, file, images, monkeypatch
):
    asked, usual = [], Session.all

    def noted(session, sql, values=()):
        asked.append((sql, values))
        return usual(session, sql, values)

    monkeypatch.setattr(Session, "all", noted)
    site.imported(file, "--batch-size", "2")
    site.put(file)
    site.imported(site.file(images(9)))
    site.imported(site.file(images(12), "keys.jsonl"), "--key", "n", "--update")
    with closing(sqlite3.connect(site.folder / "mirror.db")) as books:
        steps = [
            step
            for sql, values in asked
            if "label_studio_import_items" in sql
            for *_, step in books.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        ]
    by_source_alone = [s for s in steps if s.endswith("(source=?)") and " i " in s]
    assert (by_source_alone, [s for s in steps if s.startswith("SCAN i")]) == ([], [])
    assert any("i USING INDEX sqlite_autoindex" in step for step in steps)
