"""What an export calls its sources, places and campaigns is shown as it is called; it runs and loads nothing."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
HOSTILE = [
    "<script>alert(1)</script>", '"><svg/onload=alert(1)>', "javascript:alert(1)", "<!--",
    "<img src=x onerror=alert(1)>", "</title></style></textarea><script>alert(1)</script>", "x' onmouseover='alert(1)",
    "</script><script>alert(1)</script>", "&lt;b&gt; already escaped",
    "https://www.example.com/lp", "//cdn", "/home/page", "nan", "@import url(//cdn/x)",
]  # fmt: skip
MAPPING = """
file: leads.csv
dates: {formats: ["%Y-%m-%d"], zone: local}
personal: [name, email]
tables:
  leads: {lead_id: lead_id, created_at: created_at, source: source, location: club, campaign: campaign}
  deals:
    deal_id: lead_id
    lead_id: lead_id
    opened_at: created_at
    closed_at: created_at
    amount: value
    outcome: {column: status, unlisted: set aside}
"""
HEADINGS = ["lead_id", "created_at", "source", "club", "campaign", "status", "value", "name", "email"]


@pytest.fixture
def home(tmp_path):
    """A company whose every name is hostile, six leads a month under each, and whose every person is a canary."""
    params = tmp_path / "params" / "acme"
    (params / "sources").mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    shutil.copytree(ROOT / "params" / "riverside" / "playbook", params / "playbook")
    (params / "report.yml").write_text(
        "company: <script>alert(1)</script> //cdn\ntime_zone: Europe/London\ncurrency: GBP\nexports: ../../exports\n"
        "reading: {refuse_above: 1}\n"
    )
    (params / "sources" / "leads.yml").write_text(MAPPING)
    (tmp_path / "exports").mkdir()
    with (tmp_path / "exports" / "leads.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADINGS)
        for n in range(5 * 6 * len(HOSTILE)):
            name, place = HOSTILE[n % len(HOSTILE)], HOSTILE[(n + 4) % len(HOSTILE)]
            status = ("won", "open", "lost; call +44 7700 900777")[n % 3]
            rows.writerow([f"L{n}", f"2026-{6 + n % 5:02}-{1 + n % 28:02}", name, place, name, status, 100 + n % 7,
                           f"ZQXCANARYNAME{n}", f"zqxcanary{n}@leak.example"])  # fmt: skip
    return tmp_path


def report(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alignment_lib", "report", "2026-10", "--company", "acme"],
        cwd=home, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip


def refuse_canaries(home: Path, *texts: str) -> None:
    kept = [path for folder in ("reports", ".cache") for path in (home / folder).rglob("*") if path.is_file()]
    for content in [*(path.read_bytes() for path in kept), *(text.encode() for text in texts)]:
        for secret in (b"zqxcanary", b"7700 900777"):
            assert secret not in content.lower()


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_hostile_names_are_published_shown_literally_and_run_nothing(home):
    made = report(home)
    assert made.returncode == 0, made.stderr
    refuse_canaries(home, made.stdout, made.stderr)

    playwright = pytest.importorskip("playwright.sync_api")
    page = home / "reports" / "acme" / "2026-10.html"
    happened = []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_context(bypass_csp=True).new_page()
        tab.on("dialog", lambda dialog: (happened.append(dialog.message), dialog.dismiss()))
        tab.on("console", lambda message: happened.append(message.text))
        tab.on("request", lambda request: happened.append(request.url))
        tab.goto(page.as_uri())
        tab.wait_for_timeout(300)
        text = tab.evaluate("document.documentElement.textContent")
        elements = tab.evaluate(
            "document.querySelectorAll('script, img, iframe, [onload], [onmouseover]').length"
        )
        browser.close()
    assert happened == [page.as_uri()] and elements == 0
    assert [name for name in HOSTILE if name not in text] == []


@pytest.mark.slow
def test_no_canary_is_kept_or_said_when_a_cell_fails(home):
    book = home / "notebooks" / "monthly_alignment.ipynb"
    text = book.read_text()
    spoilt = text.replace(
        '"questions.scorecard(data)"', '"print(data.journeys.frame().to_string())\\n", "1 / 0"'
    )
    assert spoilt != text
    book.write_text(spoilt)
    failed = report(home)
    assert failed.returncode == 5
    refuse_canaries(home, failed.stdout, failed.stderr)
    assert not list((home / "reports").rglob("*.html"))
