"""The page as readers see it: in a browser at both widths, light and dark, and on paper."""

from __future__ import annotations

import shutil

import handmade as made
import looking
import pytest
from test_page import notebook

from alignment_lib.rendering import whole
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
    pytest.importorskip("axe_playwright_python.sync_playwright")
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
    assert tab.locator(".wide:visible").count() == (0 if width == 390 else tab.locator(".ch:visible").count())
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert looking.violations(tab) == []
    context.close()


def test_the_scorecard_turns_into_cards_on_a_phone(browser, path):
    context = browser.new_context(viewport={"width": 390, "height": 900})
    tab = context.new_page()
    tab.goto(path.as_uri())
    assert tab.locator("table.score tr").last.evaluate("e => getComputedStyle(e).display") == "grid"
    context.close()


def test_everything_opens_by_the_keyboard_and_shows_where_it_is(browser, path):
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(path.as_uri())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the summary"
    assert tab.locator(".skip").bounding_box()["x"] >= 0
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    reached = 0
    for _ in range(100):
        if tab.evaluate("document.activeElement.matches('main summary')"):
            assert tab.evaluate("getComputedStyle(document.activeElement).outline").endswith("solid 3px")
            for open_now in (False, True):
                tab.keyboard.press("Enter")
                assert tab.evaluate("document.activeElement.parentElement.open") is open_now
            reached += 1
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement === document.body"):
            break
    assert reached == tab.locator("main details").count() > 0
    tab.close()


@pytest.mark.parametrize("width", [1280, 1024, 390])
def test_text_in_drawings_is_13_px_and_no_line_ends_inside_a_figure(browser, path, width):
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.goto(path.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert looking.smallest_chart_text(tab) >= 13
    assert looking.broken_figures(tab) == []
    assert len(looking.longest_line(tab)) <= 75
    tab.close()


def test_a_range_at_the_end_of_a_line_moves_to_the_next(browser, path):
    tab = browser.new_page()
    tab.set_content("<p style='width:12ch'>usual is 75–133%</p>")
    assert looking.broken_figures(tab) == ["75–133%"]
    tab.set_content(f"<style>{made_css()}</style><p style='width:12ch'>{whole('usual is 75–133%')}</p>")
    assert looking.broken_figures(tab) == []
    tab.close()


def made_css() -> str:
    return (page.TEMPLATES / "month" / "page.css").read_text()


@pytest.mark.parametrize(("width", "open_list"), [(1280, True), (390, False)])
def test_the_contents_stand_beside_a_wide_page_and_are_folded_on_a_phone(browser, path, width, open_list):
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.goto(path.as_uri())
    assert tab.locator("nav.toc a:visible").count() == (tab.locator("nav.toc > ol a").count() if open_list else 0)
    if not open_list:
        tab.locator("nav.toc summary").click()
        assert tab.locator("nav.toc a:visible").count() > 0
    tab.close()


def test_it_prints_on_a4_with_page_numbers_and_without_the_contents_list(browser, path, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine")
    tab = browser.new_page()
    tab.goto(path.as_uri())
    sheets = looking.sheets(tab, tmp_path / "page.pdf")
    tab.close()
    assert all(
        f"{number}/{len(sheets)}" in sheet.replace(" ", "") for number, sheet in enumerate(sheets, start=1)
    )
    assert "Riverside Clubs · October 2026 alignment report" in sheets[0]
    assert "Show the numbers" not in "".join(sheets)
