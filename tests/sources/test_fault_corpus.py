"""Every file of the fault corpus behaves as its index says. The corpus is not part of the repository."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from small_company import MAPPING, Place

from alignment_lib.errors import InputRejected
from alignment_lib.sources import summary

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "faults" / "exports"
INDEX = json.loads((CORPUS / "INDEX.json").read_text()) if CORPUS.is_dir() else []
DECLARED = {
    "03": {"encoding": "utf-16", "delimiter": "\t"},
    "04": {"encoding": "cp1252"},
    "05": {"delimiter": ";", "decimal": ",", "thousands": "."},
    "06": {"delimiter": "\t"},
}
REFUSED = {
    "09": ("quote-error", "row 2"), "10": ("extra-cell", "row 3"), "12": ("missing-cell", "row 5"),
    "19": ("type-error", "rows 3, 4, 5"), "21": ("type-error", "column created_at"), "24": ("file is empty",),
    "33": ("type-error", "rows 2, 3, 4, 5, 6 and 2 more", '"(500.00)"', '"inf"', '"1e309"'),
    "34": ("looks like HTML", "session expired"), "36": ("footer", "missing-cell"),
    "38": ("quote-error", "row 2", "escape"),
    "40": ("missing-label", 'Did you mean " Lead ID "?', '"<b>email</b>"'), "41": ('"source"',),
    "43": ("encoding-error", "byte 337", "utf-8"),
}  # fmt: skip
FLAGGED = {
    "14": {"duplicate-id"}, "16": {"na-word", "missing-value"}, "25": {"no-rows"}, "26": set(),
    "27": {"impossible-date", "date-out-of-range", "future-date"}, "32": {"spelling"}, "48": {"unlisted-value"},
}  # fmt: skip

pytestmark = pytest.mark.skipif(not INDEX, reason="the fault corpus is not beside the repository")


def put(place: Place, name: str) -> None:
    """Bring one file of the corpus into a company's exports, mapped."""
    mapping = copy.deepcopy(MAPPING)
    mapping["file"] = name
    if name[:2] in DECLARED:
        mapping["dialect"] = DECLARED[name[:2]]
    if name.startswith("20"):
        mapping["dates"]["formats"] = ["%d/%m/%Y"]
    place.map(mapping)
    place.write(name, (CORPUS / name).read_bytes())


@pytest.mark.parametrize("name", [item["file"] for item in INDEX if item["must"] == "reject"])
def test_what_must_be_rejected_is_refused_by_name_and_place(place, name):
    put(place, name)
    with pytest.raises(InputRejected) as refusal:
        place.load()
    assert refusal.value.exit_code == 4
    for said in (name, *REFUSED[name[:2]]):
        assert said in str(refusal.value)


@pytest.mark.parametrize("name", [item["file"] for item in INDEX if item["must"] == "accept"])
def test_what_must_be_accepted_gives_the_same_numbers_as_the_good_file(place, name):
    put(place, name)
    exports = place.load()
    totals = summary(exports).totals.set_index("table")
    assert totals.loc["leads", "rows"] == 4
    assert totals.loc["deals", "total"] == 1585.06
    assert not [finding for finding in exports.findings if finding.severity == "warn"]


@pytest.mark.parametrize("name", [item["file"] for item in INDEX if item["must"] == "flag"])
def test_what_must_be_flagged_loads_and_says_so(place, name):
    put(place, name)
    exports = place.load()
    assert FLAGGED[name[:2]] <= {finding.rule for finding in exports.findings}
    for file in exports.files:
        assert file.rows_in == file.rows_used + sum(file.set_aside.values())


@pytest.mark.parametrize("name", [item["file"] for item in INDEX if item["must"] == "safe"])
def test_what_must_be_safe_loads_and_shows_nothing_personal(place, name):
    put(place, name)
    exports = place.load()
    kept = b"".join(path.read_bytes() for path in place.root.glob("cache/tables-*/*"))
    for secret in ("ZQXCANARY", "zqxcanary", "7700 900777"):
        assert secret.encode() not in kept
        assert secret not in repr(exports.findings)


def test_conflicting_rows_are_listed_by_id_and_never_counted_twice(place):
    put(place, "14_duplicate_ids.csv")
    exports = place.load()
    assert summary(exports).totals.set_index("table").loc["deals", "total"] == 100.50 + 0 + 1234.56
    assert any('"L2"' in finding.text for finding in exports.findings)


def test_a_date_in_the_far_future_is_named_by_its_row(place):
    put(place, "27_extreme_dates.csv")
    found = [finding for finding in place.load().findings if finding.rule == "future-date"]
    assert [(finding.column, finding.rows) for finding in found] == [("created_at", (4,)), ("opened_at", (4,))]


def test_spelling_variants_are_one_source(place):
    put(place, "32_dirty_labels.csv")
    assert place.rows("leads", "DISTINCT source") == [("Web",)]


def test_ids_stay_byte_for_byte(place):
    put(place, "17_id_coercion.csv")
    ids = {lead_id for (lead_id,) in place.rows("leads", "lead_id")}
    assert ids == {"00123", "1E5", "12345678901234567890", "00Q5e00000ABCDEFAZ"}


def test_words_for_nothing_are_text_and_only_the_empty_cell_is_missing(place):
    put(place, "16_na_strings.csv")
    assert place.rows("leads", "lead_id, source, location") == [
        ("L1", "NA", "None"), ("L2", "null", "York"), ("L3", "n/a", "Leeds"), ("L4", None, "York"),
    ]  # fmt: skip


def test_the_footer_of_a_report_is_cut_and_counted_where_it_is_declared(place):
    put(place, "36_salesforce_footer.csv")
    mapping = {
        **MAPPING,
        "file": "36_salesforce_footer.csv",
        "footer": ["Grand Totals", "Confidential", "Copyright"],
    }
    place.map(mapping)
    exports = place.load()
    assert [file.rows_in for file in exports.files] == [4, 4]
    assert [finding.count for finding in exports.findings if finding.rule == "footer"] == [3]


def test_backslash_escapes_are_read_where_they_are_declared(place):
    put(place, "38_backslash_escapes.csv")
    place.map({**MAPPING, "file": "38_backslash_escapes.csv", "dialect": {"escape": "\\"}})
    assert len(place.rows("leads")) == 4
