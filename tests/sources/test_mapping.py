"""A mapping file is checked whole: every mistake with its place, what is allowed and the nearest name."""

from __future__ import annotations

import copy

import pytest
from small_company import MAPPING

from alignment_lib.errors import ParamsError


def mistakes(place, **changes: object) -> str:
    mapping = copy.deepcopy(MAPPING)
    for path, value in changes.items():
        here = mapping
        *before, last = path.split("__")
        for part in before:
            here = here.setdefault(part, {})
        here[last] = value
    place.map(mapping)
    with pytest.raises(ParamsError) as caught:
        place.load()
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tables__leads__sorce": "x"}, 'Did you mean "source"'),
        ({"tables__leeds": {}}, 'Did you mean "leads"'),
        ({"tables__deals": {"deal_id": "lead_id"}}, "does not map opened_at, outcome"),
        ({"footr": []}, 'Did you mean "footer"'),
        ({"file": "../leads.csv"}, "inside the exports folder"),
        ({"file": "https://example.com/x.csv"}, "No pattern, no address"),
        ({"file": "*.csv"}, "No pattern, no address"),
        ({"format": "xlsx"}, "the name of a sheet"),
        ({"dialect": {"encoding": "rot13"}}, "another text encoding"),
        ({"dialect": {"decimal": ",", "thousands": ","}}, "the same sign"),
        ({"dialect": {"delimiter": ";;"}}, '";;"'),
        ({"dates": {"formats": ["%d/%m/%Y", "%m/%d/%Y"]}}, "read the same text as different days"),
        ({"dates": {"formats": ["%Y-%m"]}}, "a year, a month and a day"),
        ({"dates": {"zone": "Mars/Olympus"}}, "time zone"),
        ({"personal": ["email"], "tables__leads__campaign": "email"}, "listed under personal"),
        ({"tables__leads__campaign": {"column": "a", "columns": ["b"]}}, "exactly one of"),
        ({"tables__leads__lead_id": {"column": "a", "values": {"x": "y"}}}, "does not go with lead_id"),
        (
            {"tables__leads__team": {"column": "team", "values": {"Mkt": "marketting"}}},
            'Did you mean "marketing"',
        ),
        ({"tables__deals__outcome": {"column": "status", "unlisted": "keep"}}, "relies on this list"),
        ({"tables__deals__type": {"constant": "newish"}}, "new, expansion, renewal"),
        ({"tables__leads__source": {"column": "s", "values": {"Web": "a", "WEB ": "b"}}}, "listed twice"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(place, change, said):
    text = mistakes(place, **change)
    assert said in text
    assert "sources/0.yml" in text


def test_all_mistakes_come_at_once(place):
    text = mistakes(place, file="a/../b.csv", footr=[], dates={"zone": "Nowhere/At all"})
    assert text.count("sources/0.yml") >= 3


def test_a_missing_column_does_not_hide_the_mistyped_one(place):
    text = mistakes(place, tables__deals={"deal_id": "lead_id", "opened_at": "created_at", "outcom": "status"})
    assert "does not map outcome" in text and 'Did you mean "outcome"?' in text


def test_a_folder_without_a_mapping_says_so(place):
    place.map()
    with pytest.raises(ParamsError, match="no mapping"):
        place.load()


def test_one_file_is_mapped_once(place):
    place.map(MAPPING, MAPPING)
    with pytest.raises(ParamsError, match="mapped twice"):
        place.load()
