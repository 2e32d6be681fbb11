"""Reading files to be imported: what a record is, where it begins."""

import json
import re

import pytest

from etl.errors import InputError
from etl.imports import json_records, unread
from reading import read, told


def test_a_line_is_a_record():
    assert told('{"a": 1}\n\n{"a": 2}\r\n{"a": 3}') == [
        (1, 1, {"a": 1}),
        (2, 3, {"a": 2}),
        (3, 4, {"a": 3}),
    ]


def test_an_element_of_an_array_is_a_record_and_knows_its_line():
    assert told('[{"a": 1}, {"a": 2},\n\n  {"a":\n 3}\n]\n') == [
        (1, 1, {"a": 1}),
        (2, 1, {"a": 2}),
        (3, 3, {"a": 3}),
    ]


def test_a_record_may_take_many_lines_without_an_array():
    assert told('{\n "a": 1\n}\n{\n "a": 2\n}') == [(1, 1, {"a": 1}), (2, 4, {"a": 2})]


def test_a_row_of_a_table_is_a_record_of_texts():
    table = 'image,text\na.jpg,"two\nlines"\nb.jpg,7\n'
    expected = [
        (1, 2, {"image": "a.jpg", "text": "two\nlines"}),
        (2, 4, {"image": "b.jpg", "text": "7"}),
    ]
    assert told(table, "tasks.csv") == expected


@pytest.mark.parametrize("between", [",", ";", "\t", "|"])
def test_a_table_says_itself_what_stands_between_its_cells(between):
    assert told(f"a{between}b\n1{between}2", "tasks.csv") == [(1, 2, {"a": "1", "b": "2"})]


def test_a_table_without_a_name_is_known_by_its_heading():
    assert told("image\na.jpg\n", "-") == [(1, 2, {"image": "a.jpg"})]


def test_a_mark_at_the_beginning_is_no_part_of_a_record():
    for content in ('{"a": 1}', '[{"a": 1}]'):
        assert len(read(b"\xef\xbb\xbf" + content.encode())) == 1
    assert told(b"\xef\xbb\xbfa\n1\n", "x.csv") == [(1, 2, {"a": "1"})]


@pytest.mark.parametrize("content", ["", " \n", "[]", " [ ] "])
def test_nothing_is_no_record(content):
    assert read(content) == []


def test_a_record_stays_the_bytes_it_was():
    (line,) = read('[{"n": 12345678901234567890123, "x": 1.10, "s": "\\u00e9é"}]')
    assert line.raw == '{"n": 12345678901234567890123, "x": 1.10, "s": "\\u00e9é"}'.encode()


@pytest.mark.parametrize("chunk", [1, 2, 7, 64])
@pytest.mark.parametrize("form", ["array", "lines", "csv", "values"])
def test_it_does_not_matter_how_a_file_comes(monkeypatch, chunk, form):
    records = [{"a": "é" * n, "b": "x, [{]}"} for n in range(20)]
    content = {
        "array": json.dumps(records, ensure_ascii=False),
        "lines": "\n".join(json.dumps(r, ensure_ascii=False) for r in records),
        "csv": "a,b\n" + "\n".join(f'{r["a"]},"{r["b"]}"' for r in records),
        "values": "\n".join(json.dumps(r, indent=1) for r in records),
    }[form]
    monkeypatch.setattr(unread, "CHUNK", chunk)
    monkeypatch.setattr(json_records, "WINDOW", chunk)
    assert [json.loads(line.raw) for line in read(content, "-")] == records


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_line_of_a_table_may_end_as_those_of_an_old_mac_do(between):
    table = f"image{between}n\ra.jpg{between}1,2,3,4;5;6;7\t8\t9\t0\rb.jpg{between}2\r"
    table = table.replace("1,2,3,4;5;6;7\t8\t9\t0", '"1,2,3,4;5;6;7\t8\t9\t0"')
    assert told(table, "tasks.csv") == [
        (1, 2, {"image": "a.jpg", "n": "1,2,3,4;5;6;7\t8\t9\t0"}),
        (2, 3, {"image": "b.jpg", "n": "2"}),
    ]


@pytest.mark.parametrize("chunk", [1, 2, 1 << 18])
@pytest.mark.parametrize("name", ["tasks.tsv", "-"])
@pytest.mark.parametrize("before", ["", "\n", " \t\n\n"])
def test_an_index_without_a_name_is_told_with_its_cell(monkeypatch, chunk, name, before):
    monkeypatch.setattr(unread, "CHUNK", chunk)
    line = before.count("\n") + 1
    said = f"line {line}: cell 1 of the heading is empty; name that column or leave it out"
    with pytest.raises(InputError, match=re.escape(said)):
        read(f"{before}\timage\tn\n0\ta.jpg\t1\n", name)


def test_blanks_around_a_table_are_none_of_it():
    table = " \n\n  image , n \na.jpg,1\n\n"
    assert told(table, "tasks.csv") == [(1, 4, {"image": "a.jpg", "n": "1"})]
