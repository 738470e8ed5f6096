"""Which files are opened at all, and the cache of what was read."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date, datetime

import duckdb
import pytest
from small_company import MAPPING

from alignment_lib.errors import NoDataError
from alignment_lib.sources import reading, summary

GOOD = "lead_id,created_at,team,source,club,status,deal_value,name,email\n"
GOOD += "L1,2026-10-03,sales,Web,Leeds,won,100.5,Ann,a@b.co\n"


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a.csv", GOOD)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "file is empty"), (b"\xef\xbb\xbf", "no header"), (b"\n\n", "no header"),
        (b"  <!doctype html><html>", "HTML"), (zipped(), "ZIP"), (b"%PDF-1.7", "PDF"), (b'[{"a": 1}]', "JSON"),
        (b'{"a": 1}', "JSON"), (b"\x1f\x8b\x08", "gzip"), (b"\xd0\xcf\x11\xe0", "Excel"), (b"PAR1", "Parquet"),
    ],
)  # fmt: skip
def test_what_is_not_a_table_is_called_by_its_name(place, refused, content, said):
    place.write("leads.csv", content)
    assert said in refused()


def test_only_a_regular_file_inside_the_folder_is_opened(place, refused):
    assert "exports folder is empty" in refused()
    place.write("lead.csv", GOOD)
    assert 'Did you mean "lead.csv"' in refused()
    outside = place.root / "outside.csv"
    outside.write_text(GOOD)
    (place.exports / "leads.csv").symlink_to(outside)
    assert "leads out of the exports folder" in refused()
    (place.exports / "leads.csv").unlink()
    os.mkfifo(place.exports / "leads.csv")
    assert "is not a regular file" in refused()
    (place.exports / "leads.csv").unlink()
    (place.exports / "leads.csv").symlink_to(place.exports / "lead.csv")
    assert len(place.rows("leads")) == 1


def test_a_missing_file_names_no_far_one_and_how_to_go_on_without_it(place, refused):
    place.write("contacts.csv", GOOD)
    text = refused()
    assert "Did you mean" not in text
    assert "remove sources/0.yml to go on without it" in text


def test_a_file_above_the_cap_is_not_opened(place, refused):
    place.settings = {"reading": {"max_file_mb": "1"}}
    with (place.exports / "leads.csv").open("wb") as file:
        file.truncate((1 << 20) + 1)
    assert "reading.max_file_mb" in refused()


def test_a_share_of_rows_set_aside_above_the_threshold_refuses_the_file(place, refused):
    place.settings = {"reading": {"refuse_above": "0.4"}}
    rows = [GOOD.splitlines()[1].replace("L1", f"L{n}") for n in range(4)]
    rows[0] = rows[0].replace("10-03", "02-30")
    place.write("leads.csv", "\n".join([GOOD.splitlines()[0], *rows]))
    assert len(place.rows("leads")) == 3
    rows[1] = rows[1].replace("10-03", "02-30")
    place.write("leads.csv", "\n".join([GOOD.splitlines()[0], *rows]))
    said = refused()
    assert "leads.csv, rows 2, 3 [too-many-set-aside]" in said and "2 of its 4 rows would be set aside" in said


def test_without_an_exports_folder_there_is_no_data(place):
    place.exports.rmdir()
    with pytest.raises(NoDataError, match='no folder "[^"]+", where report.yml says'):
        place.load()


def test_the_second_run_reads_no_csv_and_gives_the_same(place, monkeypatch):
    place.write("leads.csv", GOOD)
    first = place.load()
    monkeypatch.setattr(reading.Reader, "read", None)
    monkeypatch.setattr(duckdb, "connect", None)
    assert place.load() == first


@pytest.mark.parametrize("change", ["file", "mapping", "params", "key"])
def test_whatever_a_number_depends_on_makes_it_read_again_and_clears_the_old(place, monkeypatch, change):
    place.write("leads.csv", GOOD)
    first = place.load()
    if change == "file":
        place.write("leads.csv", GOOD.replace("100.5", "7"))
    elif change == "mapping":
        place.map({**MAPPING, "footer": ["Total"]})
    elif change == "params":
        place.settings = {"time_zone": "UTC"}
    else:
        monkeypatch.setenv("ALIGNMENT_PEOPLE_KEY", "x")
    second = place.load()
    assert (second.fingerprint == first.fingerprint) is (change in ("params", "key"))
    assert len(list(place.root.glob("cache/tables-*"))) == 1
    assert second.tables["leads"] != first.tables["leads"]


def test_leftovers_of_a_killed_run_are_cleared(place):
    place.write("leads.csv", GOOD)
    left = place.root / "cache" / "reading-999999999-x"
    left.mkdir(parents=True)
    place.load()
    assert sorted(path.name.split("-")[0] for path in (place.root / "cache").iterdir()) == [
        "people.key",
        "tables",
    ]


def test_a_workbook_gives_the_same_as_the_csv(place, refused):
    from openpyxl import Workbook

    place.write("leads.csv", GOOD)
    plain = place.rows("leads"), place.rows("deals")
    book = Workbook()
    sheet = book.active
    sheet.title = "Leads"
    sheet.append(GOOD.splitlines()[0].split(","))
    sheet.append(["L1", date(2026, 10, 3), "sales", "Web", "Leeds", "won", 100.5, "Ann", "a@b.co"])
    book.save(place.exports / "leads.xlsx")
    place.map({**MAPPING, "file": "leads.xlsx", "format": "xlsx", "sheet": "Leads"})
    assert (place.rows("leads"), place.rows("deals")) == plain
    place.map({**MAPPING, "file": "leads.xlsx", "format": "xlsx", "sheet": "Lead"})
    assert 'Did you mean "Leads"' in refused()
    sheet["B2"], sheet["A2"] = datetime(2026, 10, 3, 14, 30), 17
    book.save(place.exports / "leads.xlsx")
    place.map({**MAPPING, "file": "leads.xlsx", "format": "xlsx", "sheet": "Leads"})
    assert place.rows("leads", "lead_id, created_at") == [("17", datetime(2026, 10, 3, 13, 30))]
    sheet["J2"] = "beside"
    book.save(place.exports / "leads.xlsx")
    assert "row 2 [extra-cell]" in refused()


def test_errors_and_formulas_without_a_value_refuse_a_workbook_by_row_and_column(place, refused):
    from openpyxl import Workbook

    place.map({**MAPPING, "file": "leads.xlsx", "format": "xlsx", "sheet": "Leads"})
    book = Workbook()
    sheet = book.active
    sheet.title = "Leads"
    sheet.append([*GOOD.splitlines()[0].split(","), "unused"])
    for n in range(3):
        sheet.append([f"L{n}", date(2026, 10, 3), "sales", "Web", "Leeds", "won", n * 1e-7, "", "", "=1/0"])
    book.save(place.exports / "leads.xlsx")
    assert [amount for (amount,) in place.rows("deals", "amount")] == [0, 1e-7, 2e-7]
    sheet["G3"], sheet["G4"], sheet["D2"] = "=1/0", "#DIV/0!", "#N/A"
    book.save(place.exports / "leads.xlsx")
    text = refused()
    assert "column source, row 2 [type-error]: holds an error" in text
    assert "column deal_value, row 4 [type-error]: holds an error" in text
    assert "column deal_value, row 3 [type-error]: holds a formula without a value" in text
    assert "unused" not in text


def test_a_workbook_that_defines_entities_is_not_read(place, refused):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Leads"
    book.active.append(GOOD.splitlines()[0].split(","))
    book.save(place.exports / "plain.xlsx")
    exports = place.exports
    with zipfile.ZipFile(exports / "plain.xlsx") as plain, zipfile.ZipFile(exports / "leads.xlsx", "w") as bomb:
        for name in plain.namelist():
            entity = b'<!DOCTYPE x [<!ENTITY a "b">]>' if "sheet1" in name else b""
            bomb.writestr(name, entity + plain.read(name))
    place.map({**MAPPING, "file": "leads.xlsx", "format": "xlsx", "sheet": "Leads"})
    assert "is it damaged?" in refused()


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_ids_that_were_rounded_as_numbers_are_refused(place, refused, form):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Leads"
    book.active.append(GOOD.splitlines()[0].split(","))
    for number in (2**53 - 1, 2**53):
        book.active.append([number, date(2026, 10, 3), "sales", "Web", "Leeds", "won", 1])
    book.save(place.exports / "leads.xlsx")
    duckdb.sql(
        "COPY (SELECT unnest([2**53 - 1, 2**53])::DOUBLE AS lead_id, DATE '2026-10-03' AS created_at, 'sales' AS team, "
        f"'Web' AS source, '' AS club, 'won' AS status, 1 AS deal_value) TO '{place.exports / 'leads.parquet'}'"
    )
    place.map({**MAPPING, "file": f"leads.{form}", "format": form, **({"sheet": "Leads"} if form == "xlsx" else {})})
    text = refused()
    assert "column lead_id, row 3 [type-error]: ids of 16 digits" in text


@pytest.mark.parametrize("value", [1e-7, 0.1 + 0.2, 1.234e-5])
def test_small_numbers_of_a_typed_file_are_read_whole(place, value):
    duckdb.sql(
        "COPY (SELECT 'L1' AS lead_id, DATE '2026-10-03' AS created_at, 'sales' AS team, 'Web' AS source, "
        f"'Leeds' AS club, 'won' AS status, {value!r}::DOUBLE AS deal_value) "
        f"TO '{place.exports / 'leads.parquet'}' (FORMAT parquet)"
    )
    place.map({**MAPPING, "file": "leads.parquet", "format": "parquet"})
    assert place.rows("deals", "amount") == [(value,)]


@pytest.mark.parametrize("day", ["DATE '2026-10-03'", "'2026-10-03'"])
@pytest.mark.parametrize("amount", ["100.5::DOUBLE", "100.50::DECIMAL(9, 2)", "'100.5'"])
def test_parquet_gives_the_same_as_the_csv(place, day, amount):
    place.write("leads.csv", GOOD)
    plain = place.rows("leads"), place.rows("deals")
    duckdb.sql(
        f"COPY (SELECT 'L1' AS lead_id, {day} AS created_at, 'sales' AS team, 'Web' AS source, 'Leeds' AS club, "
        f"'won' AS status, {amount} AS deal_value) TO '{place.exports / 'leads.parquet'}' (FORMAT parquet)"
    )
    place.map({**MAPPING, "file": "leads.parquet", "format": "parquet"})
    assert (place.rows("leads"), place.rows("deals")) == plain


def test_a_damaged_parquet_or_workbook_is_refused(place, refused):
    place.write("leads.parquet", b"PAR1 not really")
    place.map({**MAPPING, "file": "leads.parquet", "format": "parquet"})
    assert "is it damaged?" in refused()
    place.write("leads.xlsx", zipped())
    place.map({**MAPPING, "file": "leads.xlsx", "format": "xlsx", "sheet": "Leads"})
    assert "is it damaged?" in refused()


def test_the_summary_adds_up_and_names_what_lies_in_the_future(place):
    place.write("leads.csv", GOOD + "L2,2026-11-03,sales,Web,Leeds,open,1,,\n")
    found = summary(place.load(), today=date(2026, 10, 31))
    assert found.files[["table", "rows_in", "rows_used", "set_aside"]].values.tolist() == [
        ["leads", 2, 2, 0], ["deals", 2, 2, 0],
    ]  # fmt: skip
    assert found.totals.set_index("table").loc["deals", "total"] == 101.5
    assert found.months["leads"].tolist() == [1, 1]
    assert [(f.table, f.count) for f in found.findings if f.rule == "future-date"] == [
        ("leads", 1),
        ("deals", 1),
    ]
