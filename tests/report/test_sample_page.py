"""The sample's own page, made as a user makes it: the real notebook, engine, questions, template."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import looking
import pandas as pd
import pytest
from page_money import Walk

from alignment_lib import open_month, questions
from alignment_lib.rendering import to_json
from alignment_lib.report import leaks

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with nothing but the sample's params and the notebooks: exports are made on the first run."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "params" / "riverside", folder / "params" / "riverside")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-m", *arguments], cwd=home, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def made(home):
    return run(home, "alignment_lib", "report", "2026-10")


def test_one_command_makes_data_and_page_and_says_where_it_is(made, home):
    assert made.returncode == 0, made.stderr
    path, headline = made.stdout.splitlines()
    assert path == "reports/riverside/2026-10.html"
    html = (home / path).read_text()
    assert headline in html.replace("&#39;", "'")
    assert len(html.encode()) < 600_000
    assert html.count("<script") == 0 and leaks.scan(html) == []
    for section in (
        "in_one_minute", "wins_and_promises", "scorecard", "gap_bridge", "relay", "next_month", "agenda", "pace",
        "quality_or_follow_up", "sources_and_campaigns", "playback", "club_by_club", "tracking", "definitions",
        "score_check", "client_profile",
    ):
        assert f'id="{section}"' in html
    assert len(re.findall("To discuss</p>", html)) <= 3


def assert_looks_well(tab):
    """Nothing is too small, broken, too wide or on top of another, at any width."""
    for width in (1280, 1024, 390):
        tab.set_viewport_size({"width": width, "height": 900})
        assert looking.smallest_chart_text(tab) >= 13
        assert looking.broken_figures(tab) == []
        assert len(looking.longest_line(tab)) <= 75
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert looking.scrolling_tables(tab) == []
        assert looking.colliding_labels(tab) == []


def test_the_page_reads_well_at_every_width_and_the_meeting_layer_fits_on_four_sheets(made, home, tmp_path):
    playwright, chromium = pytest.importorskip("playwright.sync_api"), shutil.which("chromium")
    if not chromium or not shutil.which("pdftotext"):
        pytest.skip("no chromium or no pdftotext on this machine")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.goto((home / "reports" / "riverside" / "2026-10.html").as_uri())
        sheets = looking.sheets(tab, tmp_path / "page.pdf")
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert_looks_well(tab)
        browser.close()
    meeting = next(number for number, sheet in enumerate(sheets) if sheet.lstrip().startswith("Evidence"))
    assert meeting <= 4 and len(sheets) <= 13
    (score,) = [sheet for sheet in sheets[:meeting] if "Shared revenue" in sheet]
    assert "Cost per member" in score
    assert "Owner and date" in sheets[meeting - 1]  # the last sheet of the meeting is the one to write on


def test_every_answer_is_the_same_whichever_way_pandas_keeps_words(made, home, monkeypatch):
    monkeypatch.chdir(home)

    def told():
        return [json.dumps(to_json(answer)) for answer in questions.answers(open_month("2026-10", "params/riverside"))]

    as_in_jupyterlab = told()
    with warnings.catch_warnings(action="ignore"), pd.option_context("future.infer_string", False):
        assert pd.Series(["as a page is made"]).dtype == object
        assert told() == as_in_jupyterlab


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    """The second company's page, made in a folder of its own."""
    folder = tmp_path_factory.mktemp("second")
    for part in ("params/alder", "notebooks"):
        shutil.copytree(ROOT / part, folder / part)
    done = run(folder, "alignment_lib", "report", "--company=alder", "2026-10")
    assert done.returncode == 0, done.stderr
    return folder / "reports" / "alder" / "2026-10.html"


def test_all_money_on_both_companies_pages_is_a_step_or_says_whose_part_it_is(made, home, second):
    walks = [Walk(page.read_text()) for page in (home / "reports" / "riverside" / "2026-10.html", second)]
    assert [walk.strays() for walk in walks] == [[], []]
    assert all(len(walk.amounts) > 6 and len(walk.worth) > 2 and len(walk.page.labels) > 20 for walk in walks)


@pytest.mark.parametrize(("said", "wrong"), [
    (r"quality leads cost \$[\d.]+k", "quality leads cost $77.7k"),
    (r"Dropped batons are worth about \$[\d.]+k", "Dropped batons are worth about $9.9k"),
    (r"\$[\d.]+k? in “Share of leads reached”", "$77 in “Share of leads reached”"),
    (r"Batons dropped there are worth about \$[\d.]+k?", "Batons dropped there are worth about $9.9k"),
    (r",</span> inside “Share of leads reached” of the gap bridge", "</span>"),
    (r"inside “Share of leads reached”", "inside “Slow replies”"),
    (r"<li>Of (?=\d+ leads handed over)", "<li>Late replies cost $2.0k. Of "),
    (r'<p class="legend">(?=Owed = )', '<p class="legend">What was lost came to $2.0k. '),
    (r"(?<=Share of leads reached</th>)(.*?)▼ \$[\d,]+", r"\1▼ $77,777"),
    (r'(?<="Inside the step">)Share of leads reached', "Slow replies"),
    (r'(?<="rowheader">)Value per join(?=.{0,200}Within reach)', "Slow replies"),
    (r"<caption><span>Campaigns|<span>Campaigns", "<span>Money lost by campaign"),
])  # fmt: skip
def test_the_walk_over_the_pages_money_sees_one_wrong_amount(made, home, said, wrong):
    html = (home / "reports" / "riverside" / "2026-10.html").read_text()
    changed, times = re.subn(said, wrong, html, count=1)
    assert times == 1 and Walk(changed).strays()


def test_the_second_companys_page_reads_well_at_every_width_too(second):
    playwright, chromium = pytest.importorskip("playwright.sync_api"), shutil.which("chromium")
    if not chromium:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.goto(second.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert_looks_well(tab)
        browser.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_section_is_accessible_in_both_themes_at_both_widths_and_asks_for_nothing(made, home, width, scheme):
    playwright, chromium = pytest.importorskip("playwright.sync_api"), shutil.which("chromium")
    pytest.importorskip("axe_playwright_python.sync_playwright")
    if not chromium:
        pytest.skip("no chromium on this machine")
    url = (home / "reports" / "riverside" / "2026-10.html").as_uri()
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
        )
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(url)
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert asked == [url]
        assert tab.locator("details.ev[open]").count() >= 9
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert looking.violations(tab) == []
        browser.close()


def test_a_second_run_gives_the_same_bytes(made, home):
    page = home / "reports" / "riverside" / "2026-10.html"
    first = page.read_bytes()
    assert run(home, "alignment_lib", "report", "2026-10").returncode == 0
    assert page.read_bytes() == first


def test_a_month_without_data_is_3_and_a_broken_params_file_is_2(made, home):
    nothing = run(home, "alignment_lib", "report", "2031-01")
    assert nothing.returncode == 3 and "Traceback" not in nothing.stderr
    settings = home / "params" / "riverside" / "report.yml"
    text = settings.read_text()
    settings.write_text(text + "\nunknown_key: 1\n")
    broken = run(home, "alignment_lib", "report", "2026-10")
    settings.write_text(text)
    assert broken.returncode == 2 and "unknown_key" in broken.stderr and "Traceback" not in broken.stderr


def test_check_says_what_the_data_can_answer(made, home):
    shown = run(home, "alignment_lib", "check", "2026-10")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "contacts.csv" in shown.stdout and "The page of October 2026 can answer" in shown.stdout


def test_the_exploring_notebook_runs(made, home):
    notebook = home / "notebooks" / "explore" / "start_here.ipynb"
    done = run(notebook.parent, "papermill", str(notebook), str(home / "done.ipynb"), "-k", "python3")
    assert done.returncode == 0, done.stderr[-2000:]
    cells = json.loads((home / "done.ipynb").read_text())["cells"]
    assert sum("2026-10" in "".join(cell["source"]) for cell in cells) == 1  # all cells follow the one that names it
    drawn = [cell["outputs"] for cell in cells if re.search(r"\.draw\(|relplot", "".join(cell["source"]))]
    assert len(drawn) == 2 and all("image/png" in outputs[-1]["data"] for outputs in drawn)
    assert "<seaborn" not in str(drawn)
