"""make: values stay text, and its targets do what the command line does."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")


@pytest.fixture
def make(tmp_path):
    """Run make in a copy of the Makefile, with a python that only writes down its arguments."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for lock in ROOT.glob("requirements*.txt"):
        shutil.copy(lock, tmp_path)
    binary = tmp_path / ".venv" / "bin" / "python"
    binary.parent.mkdir(parents=True)
    binary.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >> called\n')
    binary.chmod(0o755)
    for stamp in ("report", "test", "lab"):
        (tmp_path / ".venv" / f"{stamp}.stamp").touch()

    def run(*arguments: str, **env: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        result = subprocess.run(["make", *arguments], cwd=tmp_path, capture_output=True, text=True,
                                env={**os.environ, **env, "MAKEFLAGS": ""})  # fmt: skip
        called = tmp_path / "called"
        return result, called.read_text().splitlines() if called.exists() else []

    run.folder = tmp_path  # type: ignore[attr-defined]
    return run


@pytest.mark.parametrize(
    "text",
    ["$(shell touch pwn)", "$$(touch pwn)", "`touch pwn`", "2026-10; touch pwn", "2026-10' ; touch pwn; echo '",
     '"; touch pwn; "',
     "--help", "", "a b", "$(info hello)"],
)  # fmt: skip
def test_a_value_is_passed_on_as_it_is_and_never_run(make, text):
    result, called = make("report", f"MONTH={text}")
    assert called == ["-m", "alignment_lib", "report", "--", text]
    assert not (make.folder / "pwn").exists()
    assert "hello" not in result.stdout


def test_company_and_params_are_passed_on(make):
    assert make("reports", "FROM=2026-01", "TO=2026-02", "COMPANY=acme")[1] == [
        "-m", "alignment_lib", "reports", "--company=acme", "--", "2026-01", "2026-02",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change", ["SHELL=/bin/echo", "VENV=/elsewhere", "RUN=true", "WHO=; touch pwn;", ".SHELLFLAGS=-n"]
)
def test_what_a_target_runs_cannot_be_changed_from_outside(make, change):
    for arguments in (["report", "MONTH=2026-10", change], ["-e", "report", "MONTH=2026-10"]):
        (make.folder / "called").unlink(missing_ok=True)
        _, called = make(*arguments, **dict([change.split("=", 1)]))
        assert called == ["-m", "alignment_lib", "report", "--", "2026-10"]
    assert not (make.folder / "pwn").exists()


def test_make_alone_lists_the_targets(make):
    shown = make()[0].stdout
    for target in ("report", "reports", "check", "sample", "lab", "test", "bench", "doctor", "clean", "help"):
        assert f"make {target} " in shown


def test_the_environment_is_made_again_when_the_lock_changes(make):
    lock = make.folder / "requirements.txt"
    os.utime(lock, (lock.stat().st_atime, (make.folder / ".venv" / "report.stamp").stat().st_mtime + 10))
    result, _ = make("report", "MONTH=2026-10", "-n")
    assert "pip install" in result.stdout and "--require-hashes" in result.stdout


def test_an_old_python_is_named(make):
    (make.folder / ".venv" / "report.stamp").unlink()
    old = make.folder / "old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result, called = make("report", "MONTH=2026-10", f"PYTHON={old}")
    assert result.returncode != 0 and "Python 3.11 or newer is needed" in result.stdout
    assert called == []
