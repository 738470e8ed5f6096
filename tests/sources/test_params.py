"""Mistakes of a params folder come in one go, those of the mapping files too."""

import shutil
from pathlib import Path

import pytest

from alignment_lib.errors import ParamsError
from alignment_lib.sources import read_params

RIVERSIDE = Path(__file__).resolve().parents[2] / "params" / "riverside"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(RIVERSIDE, tmp_path / "params" / "riverside"))


def test_mistakes_of_settings_and_of_mappings_are_told_together(folder):
    for name, line in (("report.yml", "curency: USD"), ("sources/deals.yml", "footr: []")):
        (folder / name).write_text((folder / name).read_text() + f"\n{line}\n")
    with pytest.raises(ParamsError, match="params of riverside: 2 problems") as caught:
        read_params(folder)
    assert [str(one).split(",")[0] for one in caught.value.problems] == ["report.yml", "sources/deals.yml"]


def test_a_folder_without_mistakes_is_the_company(folder):
    assert read_params(folder).settings.company == "Riverside Clubs"


def test_a_folder_without_mappings_or_none_at_all_is_said_once(folder):
    shutil.rmtree(folder / "sources")
    with pytest.raises(ParamsError, match="has no mapping"):
        read_params(folder)
    with pytest.raises(ParamsError, match='Did you mean "riverside"'):
        read_params(folder.parent / "rivrside")
