"""One set of packages, named in three places, and notebooks that are stored as they should be."""

from __future__ import annotations

import re
import subprocess
import tomllib
import venv
from pathlib import Path

import nbformat
import pytest

from alignment_lib.report.execute import parameter_names

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA_NAMES = {"python-duckdb": "duckdb", "matplotlib-base": "matplotlib", "python-tzdata": "tzdata"}
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))


def named(requirement: str) -> tuple[str, str]:
    name, rest = re.fullmatch(r"([A-Za-z0-9_-]+)(.*)", requirement.strip()).groups()
    return CONDA_NAMES.get(name, name).lower().replace("_", "-"), rest.replace(" ", "")


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    assert "://" not in text, "no address of a registry"
    pins = re.findall(r"^([a-z0-9-]+)==([^ ]+)((?: ;[^\\]*)?) \\\n    --hash=sha256:", text, re.M)
    assert len(pins) == len(re.findall(r"^[a-z]", text, re.M)), "every line is pinned and hashed"
    return {pin: version for pin, version, _ in pins}


def satisfied(version: str, rule: str) -> bool:
    def key(text: str) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", text)]

    tests = {">=": lambda a, b: a >= b, "<": lambda a, b: a < b}
    return all(tests[sign](key(version), key(bound)) for sign, bound in re.findall(r"(>=|<)([0-9.]+)", rule))


SETS = [("requirements.txt", PROJECT["dependencies"])]
SETS += [(f"requirements-{name}.txt", extra) for name, extra in PROJECT["optional-dependencies"].items()]


@pytest.mark.parametrize(("file", "wanted"), SETS, ids=[file for file, _ in SETS])
def test_the_lock_holds_what_pyproject_asks_for(file, wanted):
    pins = locked(file)
    for name, rule in map(named, wanted):
        assert name in pins, f"{name} is not in {file}: run `make lock`"
        assert satisfied(pins[name], rule), f"{name} {pins[name]} does not satisfy {rule}"


def test_conda_users_get_the_same_set():
    lines = re.findall(r"^  - (.+)$", (ROOT / "environment.yml").read_text(), re.M)
    asked = dict(map(named, [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]]))
    assert dict(map(named, lines)) == {"python": PROJECT["requires-python"], **asked}


def test_an_environment_made_without_make_finds_the_package_after_the_line_of_the_readme(tmp_path):
    (code,) = re.findall(r'^    python -c "(.+)"$', (ROOT / "README.md").read_text(), re.M)
    venv.create(tmp_path / "env", symlinks=True)
    python = str(tmp_path / "env/bin/python")
    finds = [python, "-c", "from importlib.util import find_spec; print(find_spec('alignment_lib').origin)"]
    for command, folder in (([python, "-c", code], ROOT), (finds, tmp_path)):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(ROOT / "alignment_lib/__init__.py")


def test_sets_that_share_a_package_pin_the_same_version():
    report = locked("requirements.txt")
    for file, _ in SETS[1:]:
        assert {n: v for n, v in locked(file).items() if n in report and report[n] != v} == {}


def test_the_report_needs_no_jupyterlab_and_a_safe_nbconvert():
    pins = locked("requirements.txt")
    assert "jupyterlab" not in pins and "rfc3987-syntax" not in pins
    assert satisfied(pins["nbconvert"], ">=7.17.1")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.name for path in NOTEBOOKS])
def test_a_notebook_is_stored_without_results_and_says_what_may_be_set(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert not [cell for cell in code if cell.outputs or cell.execution_count]
    assert parameter_names(book) == {"month", "params"}


def test_the_report_notebook_is_short_cells_without_logic():
    book = nbformat.read(ROOT / "notebooks" / "monthly_alignment.ipynb", as_version=4)
    for cell in (cell for cell in book.cells if cell.cell_type == "code"):
        assert len(cell.source.splitlines()) <= 5
        assert not re.search(r"\b(def|for|while|try|groupby|lambda)\b", cell.source)
