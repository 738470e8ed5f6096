"""docs/your_company.md: its files work as they stand there, and its mistakes are answered as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alignment_lib.errors import InputRejected
from alignment_lib.playbook import read_company
from alignment_lib.sources import load_exports, summary

TEXT = (Path(__file__).parents[2] / "docs" / "your_company.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`(\S+)`:\n\n```\w+\n(.*?)```", TEXT, re.M | re.S))
MAPPING = "params/acme/sources/leads.yml"


def load(root: Path, change: tuple[str, str] = ("", "")):
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(*change) if name == MAPPING else text, encoding="utf-8")
    return load_exports(read_company(root / "params" / "acme"), root / "cache")


def test_the_files_of_the_walk_through_are_read_without_a_finding(tmp_path):
    exports = load(tmp_path)
    totals = summary(exports).totals.set_index("table")
    assert totals["rows"].to_dict() == {"leads": 4, "deals": 3, "activities": 3}
    assert totals.loc["deals", "total"] == 3600
    assert list(exports.findings) == []
    assert read_company(tmp_path / "params" / "acme").warnings == ()


@pytest.mark.parametrize(
    ("change", "row"),
    [(("Agent", "Agnet"), 0), ((', thousands: "."', ""), 1), (("    only: {column", "    # only: {column"), 2)],
)
def test_a_mistake_is_answered_as_the_walk_through_says(tmp_path, change, row):
    says = re.findall(r"^\| .* \| `(.+)` \|$", TEXT[TEXT.index("| You wrote") :], re.M)
    with pytest.raises(InputRejected) as caught:
        load(tmp_path, change)
    assert len(says) == 3 and says[row] in str(caught.value)
