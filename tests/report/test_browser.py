"""The page as readers see it: in a browser at both widths, light and dark, and on paper."""

from __future__ import annotations

import shutil
import subprocess

import handmade as made
import pytest
from test_page import notebook

from alignment_lib.report import page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    html = page.render(
        notebook(made.Month(), made.one_minute(), made.scorecard(), made.pace(opens=True), made.where_from())
    )
    path = tmp_path_factory.mktemp("page") / "2026-10.html"
    path.write_text(html)
    return path


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_violation_no_request_no_sideways_scrolling(browser, path, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    tab = context.new_page()
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    asked_by_page = list(asked)

    assert asked_by_page == [path.as_uri()]
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 254)" if scheme == "light" else "rgb(20, 26, 31)"
    )
    shown = tab.locator(".wide:visible").count(), tab.locator(".narrow:visible").count()
    assert shown[0 if width == 390 else 1] == (
        0 if width == 390 else 2
    )  # two stand side by side, drawn narrow
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    violations = axe.Axe().run(tab).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in violations] == []
    context.close()


def test_the_scorecard_turns_into_cards_on_a_phone(browser, path):
    context = browser.new_context(viewport={"width": 390, "height": 900})
    tab = context.new_page()
    tab.goto(path.as_uri())
    assert tab.locator("table.score tr").last.evaluate("e => getComputedStyle(e).display") == "grid"
    context.close()


def test_it_prints_on_a4_with_page_numbers_and_without_the_contents_list(browser, path, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine")
    tab = browser.new_page()
    tab.goto(path.as_uri())
    tab.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    tab.close()
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "page.pdf", "-"], capture_output=True, text=True
    ).stdout
    sheets = text.rstrip("\f\n").split("\f")
    assert all(
        f"{number}/{len(sheets)}" in sheet.replace(" ", "") for number, sheet in enumerate(sheets, start=1)
    )
    assert "Riverside Clubs · October 2026 alignment report" in sheets[0]
    assert "Show the numbers" not in text
