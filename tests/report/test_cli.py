"""The command line: values are checked before anything runs, and mistakes are text, never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from alignment_lib.errors import ArgumentError
from alignment_lib.period import Month

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "faults" / "months.json"
# The trickiest of that file, so that they are tried where it is absent.
BAD = ["", "2026-13", "2026-10 ", "2026-1", "٢٠٢٦-١٠", "../../../etc/passwd",
       "$(touch pwn)", "`touch pwn`", "--help", "-10",
       "{pm}", '2026-10"\nimport os\n#', "1899-12", "2026-10\n"]  # fmt: skip
BAD += [
    text for text in (json.loads(CORPUS.read_text())["reject"] if CORPUS.exists() else []) if text not in BAD
]


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alignment_lib", *arguments],
        cwd=cwd, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("text", [text for text in BAD if "\0" not in text])
def test_a_bad_month_is_one_line_and_exit_2_and_nothing_runs(text, tmp_path):
    result = run("report", "--", text, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("MONTH is ") and result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [*BAD, "2026-10\0"])
def test_a_bad_month_is_refused_by_the_function_too(text):
    with pytest.raises(ArgumentError):
        Month.parse(text)


@pytest.mark.parametrize("text", ["2026-10", "2026-01", "2000-01", "2099-12", "2024-02"])
def test_a_good_month_is_read(text):
    assert str(Month.parse(text)) == text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["report", "2026-10", "--company", "nobody"], "does not exist"),
        (["report", "2026-10", "--company", "../riverside"], "folder is called"),
        (["report", "2026-10", "--company", "a", "--params", "params/b"], "give one of them"),
        (["reports", "2026-10", "2026-09"], "after TO"),
        (["report"], "Missing argument"),
        (["sample", "--plants", "roses"], "expected all or none"),
        (["report", "-x"], "No such option: -x"),
        (["report", "2026-09", "2026-10"], "extra argument"),
        (["report", "2026-09", "a\nb\x1b[31m"], r"a\x0ab\x1b[31m"),
        (["report", "2026-09", "--params", __file__], "has no report.yml"),
        (["report", "2026-09", "--params", "no\nfolder/gyms"], "does not exist"),
        (["report", "2026-09", "--company", "a" * 300], "up to 100"),
        (["report", "2026-09", "--params", "a" * 300 + "/gyms"], "does not exist"),
        (["nonsense"], "No such command"),
        ([], "Missing command"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(arguments, says, tmp_path):
    result = run(*arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert says in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["report", "-10"], ["reports", "-10", "2026-10"], ["check", "-10"]])
def test_a_month_that_looks_like_an_option_is_one_line(arguments, tmp_path):
    result = run(*arguments, cwd=tmp_path)
    assert result.returncode == 2 and result.stderr.count("\n") == 1
    assert result.stderr.startswith("MONTH is '-10'")


def test_help_lists_every_command():
    shown = run("--help").stdout
    assert all(
        f"\n  {name} " in shown for name in ("report", "reports", "check", "sample", "doctor", "clean")
    )
