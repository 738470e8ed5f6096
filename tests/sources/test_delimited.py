"""Reading delimited text: every dialect gives the same numbers, and DuckDB agrees with Python's strict csv module."""

from __future__ import annotations

import copy
import csv
import io

import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st
from small_company import MAPPING, Place, passing_place

from alignment_lib.errors import InputRejected
from alignment_lib.sources import delimited, summary
from alignment_lib.sources.structure import Structure

HEADER = ["lead_id", "created_at", "team", "source", "club", "status", "deal_value", "name", "email"]
ROWS = [
    ["L1", "2026-10-03", "marketing", "Web", "Leeds", "won", "100.50", "Ann Lee", "ann@example.com"],
    ["L2", "2026-10-12", "sales", "Referral", "York", "open", "250.00", "Zoë Núñez", "bob@example.com"],
    ["L3", "2026-10-20", "marketing", "Event", "Leeds", "lost", "0", 'Cy "the\nbold", Jr', ""],
]


def text_of(
    rows: list[list[str]], delimiter: str = ",", end: str = "\n", quoting: int = csv.QUOTE_MINIMAL
) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def numbers(place: Place) -> tuple[object, ...]:
    exports = place.load()
    return place.rows("leads", exports=exports), place.rows("deals", exports=exports)


def fresh() -> Place:
    place = passing_place()
    place.map(MAPPING)
    return place


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8-sig", ","),
        ("utf-16", "\t"),
        ("utf-16-le", ";"),
        ("cp1252", ";"),
        ("latin-1", ","),
        ("utf-8", "|"),
    ],
)
def test_dialect_and_encoding_change_no_number(place, encoding, delimiter):
    place.write("leads.csv", text_of([HEADER, *ROWS]))
    plain = numbers(place)
    place.map({**MAPPING, "dialect": {"encoding": encoding, "delimiter": delimiter}})
    place.write("leads.csv", text_of([HEADER, *ROWS], delimiter).encode(encoding))
    assert numbers(place) == plain


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_change_no_number(place, end, last):
    place.write("leads.csv", text_of([HEADER, *ROWS]))
    plain = numbers(place)
    text = text_of([HEADER, *ROWS], end=end, quoting=csv.QUOTE_ALL)
    place.write("leads.csv", text if last else text.removesuffix(end))
    assert numbers(place) == plain


def test_a_mixture_of_line_ends_is_read(place):
    good = text_of([HEADER, *ROWS[:2]])
    place.write("leads.csv", good)
    plain = numbers(place)
    lines = good.splitlines()
    place.write("leads.csv", f"{lines[0]}\r\n{lines[1]}\n{lines[2]}\r")
    assert numbers(place) == plain


@settings(max_examples=4, deadline=None)
@given(rows=st.permutations(ROWS), columns=st.permutations(range(len(HEADER))), semicolon=st.booleans())
def test_order_of_rows_and_columns_changes_no_number(rows, columns, semicolon):
    place = fresh()
    table = [[row[n] for n in columns] for row in [HEADER, *rows]]
    place.write("leads.csv", text_of(table, ";" if semicolon else ","))
    place.map({**MAPPING, "dialect": {"delimiter": ";" if semicolon else ","}})
    exports = place.load()
    assert summary(exports).totals.set_index("table").loc["deals", "total"] == 350.5
    assert [lead[0] for lead in place.rows("leads", exports=exports)] == ["L1", "L2", "L3"]
    assert place.rows("leads", "source", exports) == [("Event",), ("Referral",), ("Web",)]


LEADS_ONLY = copy.deepcopy(MAPPING)
del LEADS_ONLY["tables"]["deals"]
LEADS_ONLY["tables"]["leads"] = {
    "lead_id": "a", "created_at": {"column": "b", "formats": ["%Y-%m-%d"]}, "source": {"constant": "Web"},
    "status": "c",
}  # fmt: skip
NO_SHRINKING = (Phase.explicit, Phase.generate)  # each example loads a company; a failing one is small enough
CELLS = st.text(st.sampled_from('ax",;\n\r\t é€😀'), max_size=6)
RAW = st.text(st.sampled_from('a",\n'), max_size=40)


def reference(text: str) -> list[list[str]] | None:
    """Return the records as Python's strict csv module reads them, or None where the file is not well formed."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        return None
    return rows if all(len(row) == len(rows[0]) for row in rows) else None


@settings(max_examples=6, deadline=None, phases=NO_SHRINKING)
@given(cells=st.lists(CELLS, min_size=4, max_size=12), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
       end=st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_cells_are_read_as_the_strict_csv_module_reads_them(cells, quoting, end):
    rows = [["a", "b", "c"], *([str(n), "2026-10-03", cell] for n, cell in enumerate(cells))]
    text = text_of(rows, end=end, quoting=quoting)
    expected = reference(text)
    assume(expected is not None)  # the csv module writes a bare CR without quotes, and does not read it back
    place = fresh()
    place.map({**LEADS_ONLY, "tables": {"leads": {**LEADS_ONLY["tables"]["leads"], "account_key": "c"}}})
    place.write("leads.csv", text.encode())
    found = place.rows("leads", "lead_id, account_key")
    assert sorted(found) == sorted((row[0], row[2] or None) for row in expected[1:])


@settings(max_examples=300, deadline=None)
@given(body=RAW)
@example(body=',a"\n"')
def test_the_structure_is_counted_as_the_strict_csv_module_counts_it(body):
    text = "a,b\n" + body
    expected = reference(text)
    structure = Structure(2, ",", '"', "")
    for line in text.splitlines(keepends=True):
        structure.feed(line.encode())
    structure.finish()
    wrong = structure.extra.count or structure.missing.count or structure.quotes.count or structure.unclosed
    if expected is None:
        assert wrong or '""' in body  # a doubled quote alone is left to DuckDB, which reports it
    elif not wrong:
        assert structure.records == len(expected)
    else:
        # The csv module takes a quote inside an unquoted cell for a letter; here such a file is refused.
        assert structure.quotes.count or structure.unclosed
        assert '"' in body


@settings(max_examples=100, deadline=None)
@given(body=RAW)
def test_looking_at_every_record_finds_what_counting_finds(body):
    fast, slow = (Structure(2, ",", '"', "", thorough) for thorough in (False, True))
    for structure in (fast, slow):
        structure.feed(("a,b\n" + body).encode())
        structure.finish()
    mistakes = slow.extra.count + slow.missing.count + slow.quotes.count
    if not mistakes and slow.records + len(slow.blanks) == body.count("\n") + 1:
        assert (fast.records, fast.unclosed) == (slow.records, slow.unclosed)
    if fast.extra.count + fast.missing.count + fast.quotes.count:
        assert mistakes


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ("L9,2026-10-03,sales,Web,Leeds,won,1,Ann,a@b.co,", "extra-cell"),   # DuckDB passes this over
        ("L9,2026-10-03,sales,Web,Leeds,won,1,Ann", "missing-cell"),
        ('L9,2026-10-03,sales,Web,Leeds,won,1,"Ann" Lee,a@b.co', "quote-error"),
        ('L9,2026-10-03,sales,Web,Leeds,won,1,5" Ann,a@b.co', "quote-error"),
    ],
)  # fmt: skip
def test_a_malformed_record_refuses_the_file_by_its_row(place, refused, record, rule):
    place.write("leads.csv", text_of([HEADER, *ROWS]) + record + "\n")
    text = refused()
    assert f"row 5 [{rule}]" in text
    assert "Ann" not in text


def test_one_cell_too_many_and_one_too_few_do_not_make_up_for_each_other(place, refused):
    more, less = "L8,2026-10-03,sales,Web,Leeds,won,1,Ann,a@b.co,", "L9,2026-10-03,sales,Web,Leeds,won,1,Ann"
    place.write("leads.csv", text_of([HEADER]) + more + "\n" + less + "\n")
    text = refused()
    assert "row 2 [extra-cell]" in text and "row 3 [missing-cell]" in text


def test_blank_records_are_passed_over_and_rows_are_named_as_a_spreadsheet_counts(place, refused):
    lines = text_of([HEADER, *ROWS[:2]]).splitlines()
    place.write("leads.csv", "\n".join([lines[0], lines[1], "", "", lines[2]]) + "\n\n\n")
    exports = place.load()
    assert [(f.rows, f.count) for f in exports.findings if f.rule == "blank-row"] == [((3, 4), 2)]
    place.write("leads.csv", "\n".join([lines[0], lines[1], "", "", lines[2].replace("250.00", "x")]))
    assert "row 5 [type-error]" in refused()


def test_records_of_empty_cells_are_set_aside_as_blank_and_refuse_nothing(place):
    """As spreadsheets leave them; one in which only a name stands is no blank record."""
    place.settings["reading"] = {"warn_above": 0, "refuse_above": 0.4}
    blank, named = "," * (len(HEADER) - 1), ["Ann" if heading == "name" else "" for heading in HEADER]
    place.write("leads.csv", text_of([HEADER, *ROWS[:2], named]) + f"{blank}\n" * 9)
    exports = place.load()
    (leads,) = [file for file in exports.files if file.table == "leads"]
    assert leads.set_aside == {"blank record": 9, "no lead_id": 1} and leads.rows_in == 12
    assert [(f.severity, f.rows[0], f.count) for f in exports.findings if f.rule == "blank-row"][0] == ("info", 5, 9)


@pytest.mark.parametrize(("delimiter", "written"), [(";", '";"'), ("\t", r'"\t"'), ("|", '"|"')])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_a_file_with_another_delimiter_than_declared_says_which(place, refused, delimiter, written, quoting):
    place.write("leads.csv", text_of([HEADER, *ROWS], delimiter, quoting=quoting))
    assert f"set dialect: {{delimiter: {written}}}" in refused()


def test_doubled_headings_are_refused_where_they_are_mapped(place, refused):
    place.write("leads.csv", text_of([[*HEADER, "club"], *([*row, "x"] for row in ROWS)]))
    assert "column club, row 1 [duplicate-label]" in refused()


def test_doubled_headings_that_nobody_reads_are_only_mentioned(place):
    place.write("leads.csv", text_of([[*HEADER, "note", "note"], *([*row, "", ""] for row in ROWS)]))
    assert [f.severity for f in place.load().findings if f.rule == "duplicate-label"] == ["info"]


def test_a_nul_byte_and_a_wrong_encoding_are_named_by_place(place, refused):
    place.write("leads.csv", text_of([HEADER, *ROWS]).encode().replace(b"York", b"Yo\0k"))
    assert "[encoding-error]" in refused()
    good = text_of([HEADER, *ROWS]).encode("cp1252")
    place.write("leads.csv", good)
    assert f"byte {good.index(b'Zo') + 2:,}" in refused()
    place.map({**MAPPING, "dialect": {"encoding": "cp1252"}})
    place.write("leads.csv", text_of([HEADER, *ROWS]))
    assert "is declared as cp1252 but is UTF-8" in refused()
    place.map(MAPPING)
    place.write("leads.csv", text_of([HEADER, *ROWS]).encode("utf-16"))
    assert "set encoding: utf-16" in refused()


def test_all_problems_of_all_files_come_in_one_go(place):
    place.map(MAPPING, {**MAPPING, "file": "more.csv"}, {**MAPPING, "file": "gone.csv"})
    place.write("leads.csv", text_of([HEADER, ["L1", "soon", "", "Web", "", "won", "much", "", ""]]))
    place.write("more.csv", text_of([HEADER]) + "L2\n")
    with pytest.raises(InputRejected) as refusal:
        place.load()
    wheres = [problem.where for problem in refusal.value.problems]
    assert [where.split(",")[0].split(" ")[0] for where in wheres] == [
        "gone.csv",
        "leads.csv",
        "leads.csv",
        "more.csv",
    ]
    assert "not in the exports folder" in str(refusal.value)


@pytest.mark.parametrize("first", ["club,", "email\n", '"Cy ""the', '"Cy ""the\n', '"Cy "', ""])
def test_the_first_look_at_a_file_may_end_anywhere(monkeypatch, first):
    place, text = fresh(), text_of([HEADER, *ROWS])
    place.write("leads.csv", text)
    whole = numbers(place)
    monkeypatch.setattr(delimited, "HEAD", len(text[: text.index(first) + len(first)].encode()))
    again = fresh()
    again.write("leads.csv", text)
    assert numbers(again) == whole


@pytest.mark.parametrize(
    ("personal", "said"), [("Full nmae", 'Did you mean "Full name"'), ("Fax", "listed under personal")]
)
def test_a_heading_under_personal_that_is_not_there_is_refused_before_a_name_is_read(place, refused, personal, said):
    mapping = copy.deepcopy(MAPPING) | {"personal": [personal]}
    mapping["tables"]["leads"]["campaign"] = "Full name"
    place.map(mapping)
    place.write("leads.csv", "lead_id,created_at,team,source,club,deal_value,status,Full name\n"
                "1,2026-10-03,marketing,Web,North,,,Ann Lee\n")  # fmt: skip
    text = refused()
    assert f"column {personal}, row 1 [missing-label]" in text
    assert said in text and "Ann" not in text
