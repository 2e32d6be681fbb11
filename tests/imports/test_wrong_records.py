"""What is wrong with a file by itself is said with its line, and the rest is read."""

import gzip
import io
import json

import pytest

from etl.errors import InputError
from etl.imports import csv_records, unread
from etl.imports import records as reading
from reading import problems, read, told


def test_a_bad_line_harms_no_other():
    content = '{"a": 1}\n{"a": \n5\n{"a": NaN}\n{"a": 2}\n'
    assert [line.problem is None for line in read(content)] == [True, False, False, False, True]
    assert [number for number, _ in problems(content)] == [2, 3, 4]


def test_a_first_line_that_is_bad_harms_no_other_where_the_name_tells_what_lines_are():
    content = '{"a": \n{"a": 2}\n'
    assert [n.problem is None for n in read(content, "tasks.jsonl")] == [False, True]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "line 1: this is a zip archive or a workbook; unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "line 1: this is a workbook; save the sheet as CSV"),
        (gzip.compress(b'{"a": 1}', mtime=0), "line 1: this is packed by gzip; unpack it"),
        ('{"a": 1}'.encode("utf-16"), "line 1: this is UTF-16; save the file as UTF-8"),
        ("\ufeffa,b\n1,2".encode("utf-16-be"), "line 1: this is UTF-16; save the file as UTF-8"),
        ('{"a": 1}'.encode("utf-16-le"), "line 1: this is no UTF-8 text; save the file as UTF-8"),
        ("a,b\n".encode("utf-16-be"), "line 1: this is no UTF-8 text; save the file as UTF-8"),
    ],
)
@pytest.mark.parametrize("name", ["tasks.json", "tasks.jsonl", "tasks.csv", "-"])
def test_what_is_no_text_is_told_in_one_line(name, content, said):
    with pytest.raises(InputError) as error:
        read(content, name)
    assert str(error.value).startswith(f"{name}: {said}")


@pytest.mark.parametrize("content", ["%s", "[%s]", '[{"a": 1}, %s]'])
@pytest.mark.parametrize("name", ["tasks.json", "tasks.jsonl", "tasks.csv"])
def test_a_record_that_is_too_long_is_told_before_all_of_it_is_read(monkeypatch, name, content):
    for module, most in ((unread, 4096), (csv_records, 4096)):
        monkeypatch.setattr(module, "LONGEST", most)
        monkeypatch.setattr(unread, "CHUNK", 512)
    begins = "a,b\n1,%s" if name == "tasks.csv" else content.replace("%s", '{"a": "%s"}')
    file = io.BytesIO((begins % ("x" * 1_000_000)).encode())
    with pytest.raises(InputError, match=r"line [12]: a (record|row) of more than \d+ MB begins"):
        list(reading.lines(file, name))
    assert file.tell() <= 4 * 4096 + 2 * io.DEFAULT_BUFFER_SIZE


def test_a_quote_that_is_not_closed_is_told_before_all_of_a_table_is_read(monkeypatch):
    monkeypatch.setattr(csv_records, "LONGEST", 4096)
    with pytest.raises(InputError, match="line 3: a row of more than 64 MB begins here"):
        read('a,b\n1,2\n"3,4\n' + "5,6\n" * 10_000, "x.csv")


def test_records_without_line_breaks_are_read_one_by_one(monkeypatch):
    monkeypatch.setattr(reading, "LOOK", 64)
    monkeypatch.setattr(unread, "CHUNK", 32)
    monkeypatch.setattr(unread, "LONGEST", 256)
    records = [{"a": n, "b": "x" * 50} for n in range(200)]
    for between in (" ", "", ", "):
        text = between.join(map(json.dumps, records))
        text = f"[{text}]" if "," in between else text
        assert [json.loads(line.raw) for line in read(text, "tasks.json")] == records


def test_blanks_around_a_heading_are_no_part_of_it():
    assert told("image , n\n a,1\n", "x.csv") == [(1, 2, {"image": " a", "n": "1"})]


def test_a_blank_line_between_rows_of_one_column_may_be_an_empty_cell():
    said = 'the row is empty; write "" for an empty cell'
    content = 'image\na\n\n\r\n""\nb\n\n\n'
    assert problems(content, "x.csv") == [(3, said), (4, said)]
    good = [json.loads(line.raw) for line in read(content, "x.csv") if not line.problem]
    assert good == [{"image": "a"}, {"image": ""}, {"image": "b"}]
    assert told("image,n\na,1\n\nb,2\n", "x.csv")[1] == (2, 4, {"image": "b", "n": "2"})


def test_what_is_wrong_is_said():
    assert problems('{"a": 1}\n[1]\n') == [(2, "a record should be a JSON object")]
    assert problems(b'{"a": 1}\n{"a": "\xff"}\n') == [(2, "it is not UTF-8 text")]
    assert problems("a,b\n1,2\n3\n", "x.csv") == [(3, "it has 1 cells, the heading has 2")]


def test_a_row_that_is_no_text_harms_no_other_and_is_kept():
    """As in a file saved in Latin-1."""
    content = b"a,b\n1,2\n3,caf\xe9\n5,6\n"
    assert problems(content, "x.csv") == [(3, "it is not UTF-8 text; save the file as UTF-8")]
    assert json.loads(read(content, "x.csv")[1].raw) == {"a": "3", "b": "caf\\xe9"}


def test_half_a_character_is_said_to_be_one():
    said = "it has half a character: an escape \\ud800 to \\udfff without its other half"
    for text in ("\\ud800", "a\\udc00b", "\\ud83d\\ude00\\ud83d"):
        assert problems(f'{{"a": 1}}\n{{"a": {{"b": "{text}"}}}}\n') == [(2, said)]
    assert problems('{"a": "\\ud83d\\ude00"}\n') == []
    assert problems(b'{"a": 1}\n{"a": "\xed\xa0\x80"}\n') == [(2, "it is not UTF-8 text")]
    assert problems('{"a": 1}\n{"a": "\\ud800"\n')[0][1].startswith("it is not JSON")


def test_a_number_that_is_infinite_to_the_server_is_said_to_be_too_large():
    for number in ("1e400", "-2.5E+0400", "10e999", f"1{'0' * 310}.0", f"{'9' * 300}e20"):
        said = f"it has a number that is too large, {number}"
        assert problems(f'{{"a": 1}}\n{{"a": [{number}]}}\n') == [(2, said)]
    assert (
        problems(f'{{"a": ["1e400", 1e308, 1e-400, 0e400, {"9" * 5000}, 0.{"9" * 400}]}}\n') == []
    )


def deep(levels):
    """Give a record of so many levels, with brackets in its text that are none."""
    return '{"a": ' + '["]{\\"", ' * (levels - 2) + '["}"' + "]" * (levels - 1) + "}"


@pytest.mark.parametrize("levels", [201, 980, 1100, 20_000])
@pytest.mark.parametrize("layout", ['{"b": 1}\n%s\n{"b": 2}', '[{"b": 1},\n%s,\n{"b": 2}]'])
def test_a_record_that_is_nested_too_deeply_harms_no_other(monkeypatch, layout, levels):
    monkeypatch.setattr(unread, "CHUNK", 64)
    content = layout % deep(levels)
    assert problems(content) == [(2, "its lists and objects are nested more than 200 deep")]
    assert [line.number for line in read(content)] == [1, 2, 3]
    assert read(content)[1].raw.decode() == deep(levels)


def test_a_record_may_be_nested_deeply():
    assert problems(deep(200)) == []
    assert problems(f'{{"a": [{", ".join(["[]"] * 1000)}]}}') == []


@pytest.mark.parametrize("content", ['{"a": ' + "[" * 5000, "[" * 5000, '[{"a": "' + "[" * 5000])
def test_brackets_that_do_not_end_are_told(content):
    with pytest.raises(InputError, match="line 1: "):
        read(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[{"a": 1},\n{"a" 2}]', "line 2: no JSON here: Expecting ':' delimiter"),
        ('[{"a": 1},\n{"a": 2}', "line 2: the list ends in the middle"),
        ('[{"a": 1}\n{"a": 2}]', "line 2: there should be , or ]"),
        ('[{"a": 1},]', "line 1: a record should stand here"),
        ('[{"a": 1},', "line 1: the list ends in the middle"),
        ('[{"a": 1}', "line 1: the list ends in the middle: is the file cut short?"),
        ('[{"a": 1},\n{"a":', "line 2: the file ends in the middle of this record: is it cut"),
        ('[{"a": 1},\n{"a', "line 2: the file ends in the middle of this record"),
        ('[{"a": 1},\n{"a": 1\n ', "line 2: the file ends in the middle of this record"),
        ('{\n"a": [1,\n', "line 1: the file ends in the middle of this record"),
        ("[", "line 1: the list ends in the middle"),
        ('[{"a": 1}]\n{"a": 2}', "line 2: the list goes on after its end"),
        ('{\n"a": 1\n}\nabc', "line 4: a record should stand here"),
    ],
)
def test_a_file_that_cannot_be_read_on_says_at_which_line(content, said):
    with pytest.raises(InputError) as error:
        read(content)
    assert str(error.value).startswith(f"tasks.json: {said}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('a,b\n1,2\n"3,4\n', "line 3: a quote is opened in this row and never closed"),
        ("a,,b\n1,2,3\n", "line 1: cell 2 of the heading is empty; name that"),
        ("a,  ,b\n1,2,3\n", "line 1: cell 2 of the heading is empty; name that"),
        ("a,b, a\n1,2,3\n", "line 1: the heading has two columns a"),
        ("a,b,a\n1,2,3\n", "line 1: the heading has two columns a"),
        ('a,b\n1,2\n"3,4\n5,6\n7,8\n', "line 3: a quote is opened in this row and never closed"),
        ('"a,b\n1,2\n', "line 1: a quote is opened in this row and never closed"),
        ('a\n"x"y\n', "line 2: ',' expected after"),
        (b"n\xe4me,b\n1,2\n", "line 1: it is not UTF-8 text; save the file as UTF-8"),
        ('[{"a": 1}]', "line 1: this is JSON, and by its name the file is a table"),
        ('[\n{"a": 1}]', "line 1: this is JSON, and by its name the file is a table"),
        ('{"a": 1}\n', "line 1: this is JSON, and by its name the file is a table"),
    ],
)
def test_a_table_that_cannot_be_read_on_says_at_which_line(content, said):
    with pytest.raises(InputError) as error:
        read(content, "x.csv")
    assert said in str(error.value)


def test_a_broken_array_is_not_read_on_to_its_end():
    file = io.BytesIO(b'[{"a" 1}, ' + b'{"a": 1}, ' * 1_000_000)
    with pytest.raises(InputError):
        list(reading.lines(file, "x"))
    assert file.tell() <= unread.CHUNK


PAGE = "<!DOCTYPE html>\n<html>\n<body>Log in</body>\n"


@pytest.mark.parametrize("name", ["tasks.json", "tasks", "-", "tasks.csv"])
def test_a_web_page_is_no_table(name):
    with pytest.raises(InputError, match=r"line 1: (a record should stand|this is a web page)"):
        told(PAGE, name)


@pytest.mark.parametrize("content", [PAGE, "null\n", '"text"\n', "a,b\n1,2\n"])
def test_what_is_called_json_is_no_table(content):
    with pytest.raises(InputError, match="line 1: a record should stand here"):
        told(content, "tasks.json")
    assert all(line.problem for line in read(content, "tasks.jsonl"))
