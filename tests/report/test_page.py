"""The page: what stands where, and that nothing in it can run, load or be mistaken for markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import handmade as made
import nbformat
import pandas as pd
import pytest

from alignment_lib import drawing
from alignment_lib.answer import MIME, Answer, Column, Figure, Item, ItemList, Missing, Prompt, Table
from alignment_lib.errors import NotebookFailed
from alignment_lib.rendering import PLAIN, table_json
from alignment_lib.report import leaks, page
from alignment_lib.words import Words

POISON = "<script>alert(1)</script><img src=x onerror=alert(2)>\"' {{ 7 * 7 }} </style>"


def notebook(*shown: object):
    """An executed notebook that displays the given objects, one a cell."""
    book = nbformat.v4.new_notebook()
    for number, one in enumerate(shown, start=1):
        data = one._repr_mimebundle_() if hasattr(one, "_repr_mimebundle_") else {"text/plain": repr(one)}
        output = nbformat.v4.new_output("execute_result", data, execution_count=number)
        source = f"questions.{getattr(one, 'name', 'month')}(data)"
        book.cells.append(nbformat.v4.new_code_cell(source, outputs=[output], execution_count=number))
    return book


def whole(**scorecard: object) -> str:
    return page.render(
        notebook(made.Month(), made.one_minute(), made.scorecard(**scorecard), made.pace(), made.where_from())
    )


@pytest.fixture(scope="module")
def html() -> str:
    return whole()


class Elements(HTMLParser):
    """All elements with their attributes, in order."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


def test_the_policy_comes_first_in_head_and_allows_nothing_but_style(html):
    assert html.startswith("<!doctype html>")
    head = Elements(html[html.index("<head>") :]).found
    assert head[1] == ("meta", {
        "http-equiv": "Content-Security-Policy",
        "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
    })  # fmt: skip


def test_nothing_runs_loads_or_points_outside(html):
    elements = Elements(html)
    assert not {tag for tag, _ in elements.found} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
    }
    assert {attrs["href"] for attrs in elements.named("a")} <= {
        f"#{i}" for _, a in elements.found if (i := a.get("id"))
    }
    assert set(re.findall(r"https?://[^\"' ]+", html)) == {"http://www.w3.org/2000/svg"}
    assert leaks.scan(html) == []


def test_ids_are_unique_and_headings_are_in_order(html):
    ids = [attrs["id"] for _, attrs in Elements(html).found if "id" in attrs]
    assert len(ids) == len(set(ids))
    levels = [int(tag[1]) for tag, _ in Elements(html).found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_drawings_keep_their_viewbox_and_stand_once_for_each_width(html):
    assert "viewbox" not in html
    drawings = re.findall(r'<div class="(wide|narrow)"><svg[^>]+ viewBox="0 0 ([0-9.]+)', html)
    assert drawings[:4] == [("wide", "331.2"), ("narrow", "270"), ("wide", "221"), ("narrow", "270")]  # a pair
    assert drawings[-2:] == [("wide", "576"), ("narrow", "270")]
    assert html.count("<figure ") == len(drawings) / 2 == 4


def test_every_figure_has_title_description_table_and_the_code_of_its_cell(html):
    for figure in re.findall(r"<figure .*?</figure>", html, re.S):
        assert "<title " in figure and "<desc " in figure and "<table" in figure
        code = r"<code>questions\.(scorecard|pace)\(data\)\.figures\[\d\]\.draw\(8\.0\)\n# handmade\.draw_leads</code>"
        assert len(re.findall(code, figure)) == figure.count("Show the code") == 1


def test_the_head_says_whose_month_it_is_and_how_far_its_data_reach(html):
    assert "Riverside Clubs · five clubs · one revenue owner: Head of revenue" in html
    assert "Data to 3 November 2026" in html
    assert "not complete" not in html


def test_a_partial_month_is_named_in_the_head():
    html = page.render(notebook(made.Month(partial="18 October 2026"), made.one_minute()))
    assert "To 18 October 2026: the month is not complete." in html


def test_a_failed_check_stands_red_under_the_headline_and_in_its_section(html):
    assert html.count("4 leads of a source that is not in the list.") == 2
    headline, figures = html.index("We finished"), html.index('class="kpis"')
    assert headline < html.index('class="failed"') < figures


def test_evidence_is_one_line_that_opens_and_stands_open_where_there_is_something_to_see():
    closed, opened = whole(), page.render(notebook(made.Month(), made.one_minute(), made.pace(opens=True)))
    assert '<details class="ev" id="pace"><summary>' in closed
    assert '<details class="ev" id="pace" open><summary>' in opened


def test_a_missing_section_is_one_line_without_anything_to_open():
    html = page.render(notebook(made.Month(), made.one_minute(), made.pace(state="missing", figures=())))
    assert '<div class="closed" id="pace">' in html


def test_an_answer_that_is_not_shown_has_no_section_but_is_named_and_what_it_misses_is_listed():
    quiet = made.scorecard(shown=False, layer="evidence")

    html = page.render(notebook(made.Month(), made.one_minute(), quiet, made.pace(), made.where_from()))

    assert 'id="scorecard"' not in html and "#scorecard" not in html  # nor any link to it
    assert "so not shown this month: Joint scorecard.</p>" in html
    assert "Cost per member." in html and "4 leads of a source that is not in the list." in html
    assert "What would have let us move" not in html


def test_an_answer_that_is_not_shown_and_has_nothing_to_say_is_only_in_the_list_of_what_is_missing():
    gone = made.scorecard(shown=False, layer="evidence", state="missing")
    html = page.render(notebook(made.Month(), made.one_minute(), gone, made.pace(), made.where_from()))
    assert "not shown this month" not in html and "Cost per member." in html


def test_an_answer_that_is_not_shown_is_whole_in_jupyterlab():
    whole, quiet = (made.scorecard(shown=shown)._repr_mimebundle_()["text/html"] for shown in (True, False))
    assert quiet == whole


def test_nothing_is_drawn_for_a_page_that_does_not_show_it(monkeypatch):
    monkeypatch.setattr(drawing, "has_helper", lambda: True)
    assert made.scorecard(shown=False)._repr_mimebundle_()[MIME]["figures"] == []


def test_what_is_missing_is_one_list_and_what_opens_most_comes_first(html):
    what = re.findall(r"<li><b>(.*?)</b>", html[html.index('id="missing"') : html.index("</ol></section>")])
    assert what == ["Coverage.", "Cost per member."]


def test_what_lacks_for_one_cause_is_one_item_in_sentences():
    def lacking(name, *missing):
        return {"name": name, "missing": [vars(one) for one in missing]}

    spend = ("the exports hold no spend", "Map spend")
    listed = page.absent([
        lacking(
            "scorecard", Missing("cost per member", *spend, 3, "Spend"), Missing("a club", "No clubs.", "Map.", 4)
        ),
        lacking(
            "sources", Missing("cost per lead", *spend, 1, "Spend"), Missing("Cost per member", "–", "–", 2, "Spend")
        ),
    ])  # fmt: skip
    assert listed == [
        {"what": "A club.", "why": "No clubs.", "todo": "Map.", "opens": 4},
        {"what": "Spend: cost per member, cost per lead.", "why": "The exports hold no spend.",
         "todo": "Map spend.", "opens": 4},
    ]  # fmt: skip


def test_at_most_three_prompts_are_printed_those_of_highest_rank():
    asking = [
        made.pace(name=f"q{rank}", figures=(), prompt=Prompt(f"What {rank}?", rank)) for rank in (1, 4, 2, 3)
    ]
    html = page.render(notebook(made.Month(), made.one_minute(), *asking))
    assert re.findall(r"What \d\?", html) == ["What 4?", "What 2?", "What 3?"]


def agenda_of(*items):
    """Return an agenda that leads to sections and asks their questions."""
    frame = pd.DataFrame(items, columns=["item", "link", "asks"]).assign(decision="")
    columns = (Column("item", "Item"), Column("decision", "Decision"))
    table = Table("agenda", "Agenda", columns, frame, style="agenda")
    return Answer("agenda", "Agenda", "What do we decide?", "5 minutes.", layer="meeting", tables_shown=(table,))


def test_only_what_the_agenda_asks_is_printed_and_sections_it_leads_to_stand_open():
    asking = [made.pace(name=f"q{rank}", figures=(), prompt=Prompt(f"What {rank}?", rank)) for rank in (1, 4, 2)]
    agenda = agenda_of(("1. One", "q1", "What 1?"), ("2. Two", "q2", ""))
    html = page.render(notebook(made.Month(), made.one_minute(), agenda, *asking))
    assert re.findall(r"What \d\?", html) == ["What 1?"]
    assert re.findall(r'<details class="ev" id="(q\d)" open>', html) == ["q1", "q2"]
    assert '1. One <a href="#q1">Pace</a>' in html and html.count('class="u-text void"') == 2


def test_a_cell_with_a_label_of_its_own_is_not_called_what_its_column_is():
    frame = pd.DataFrame({"row": ["Month", "Quarter"], "actual": [3, 9], "actual_label": [None, "Expected"]})
    table = Table("score", "Score", (Column("row", "Row"), Column("actual", "Actual", "count")), frame, style="score")
    html = page.render(notebook(made.Month(), made.one_minute(), made.pace(figures=(), tables_shown=(table,))))
    assert re.findall(r'class="(u-count n[ own]*)".*?data-l="(\w+)"><data value="\d">(\d)', html) == [
        ("u-count n", "Actual", "3"), ("u-count n own", "Expected", "9")]  # fmt: skip


def test_lines_to_copy_stand_as_they_are():
    table = Table("rows", "Rows", (Column("line", "month,team"),), pd.DataFrame({"line": ["2026-11,<b>", "x,y"]}),
                  style="csv", folded=True)  # fmt: skip
    html = page.render(notebook(made.Month(), made.one_minute(), made.pace(figures=(), tables_shown=(table,))))
    assert '<pre tabindex="0">month,team\n2026-11,&lt;b&gt;\nx,y\n</pre>' in html


def test_two_lists_stand_side_by_side_where_the_first_says_so():
    lists = tuple(ItemList(name, name, (Item("One.", "Text"),), beside=name == "wins") for name in ("wins", "promises"))
    html = page.render(notebook(made.Month(), made.one_minute(), made.pace(figures=(), lists=lists)))
    assert html.count('<div class="two lists">') == 1


def test_printed_numbers_carry_their_raw_value(html):
    assert '<data value="-66" class="neg">▼ 66</data>' in html
    assert '<data value="32" class="pos">▲ 32</data>' in html
    assert re.search(r'<data value="0\.839416\d*">84%</data>', html)


def test_text_from_data_is_never_markup():
    frame = pd.DataFrame({"source": [POISON], "leads": [3]})
    table = Table(
        "t", POISON, (Column("source", POISON), Column("leads", "Leads", "count")), frame, note=POISON
    )
    figure = Figure("f", POISON, POISON, made.figure().draw, POISON, POISON, table)
    poisoned = Answer(
        "pace", POISON, POISON, POISON, reading=POISON, opens=True, tables_shown=(table,), figures=(figure,),
        lists=(ItemList("l", POISON, (Item(POISON, POISON),)),), notes=(POISON,), facts={POISON: POISON},
        prompt=Prompt(POISON, 1), headline="",
    )  # fmt: skip
    html = page.render(
        notebook(made.Month(company=POISON, owner=POISON), made.one_minute(headline=POISON), poisoned)
    )

    elements = Elements(html)
    assert not elements.named("script") and not elements.named("img")
    assert not [attrs for _, attrs in elements.found if any(name.startswith("on") for name in attrs)]
    assert "49" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.S)
    assert html.count("</style>") == 1


def test_jupyterlab_shows_the_same_words_escaped():
    shown = made.pace(finding=POISON)._repr_mimebundle_()
    assert "&lt;script&gt;" in shown["text/html"] and "<script" not in shown["text/html"]
    assert '<div class="mathjax_ignore ' in shown["text/html"]  # or Lab sets "$5.4k short of $118.5k" as a formula
    assert shown["text/plain"] == POISON


def test_jupyterlab_s_dark_theme_does_not_colour_tables_of_a_light_answer():
    html = made.pace()._repr_mimebundle_()["text/html"]
    for name in ("ui-font-color1", "layout-color0", "border-color1", "rendermime-table-row-background"):
        assert f"--jp-{name}:#" in html  # Lab's own would be white headings on white


def test_a_cell_that_shows_no_answer_stops_the_page():
    with pytest.raises(NotebookFailed, match="cell 3 shows something that is no Answer"):
        page.render(notebook(made.Month(), made.one_minute(), 42))


def test_a_drawing_with_anything_unlisted_stops_the_page():
    book = notebook(made.Month(), made.one_minute(), made.pace())
    figure = book.cells[2].outputs[0].data[MIME]["figures"][0]
    figure["wide"] = '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'
    with pytest.raises(NotebookFailed, match="allow-list"):
        page.render(book)


def test_the_footer_is_where_the_numbers_came_from(html):
    assert html.index('<footer id="where_from">') > html.index('id="pace"')
    assert "<dt>Fingerprint</dt><dd>inputs 5f2a9c01</dd>" in html


def test_a_row_prints_in_its_own_unit_and_says_which_way_is_good():
    columns = (
        Column("m", "Measure"),
        Column("actual", "Actual", "number"),
        Column("gap", "Gap", "gap_count"),
    )
    frame = pd.DataFrame({
        "m": ["Revenue", "Answered", "Cost"], "actual": [152315.0, 0.54, 59.0], "gap": [-11985.0, -0.16, -5.0],
        "unit": ["money", "share", "money"], "better": ["more", "more", "less"],
    })  # fmt: skip
    rows = table_json(Table("t", "T", columns, frame), Words(PLAIN))["rows"]
    assert [[cell["text"] for cell in row] for row in rows] == [
        ["Revenue", "$152,315", "▼ $11,985"], ["Answered", "54%", "▼ 16 pts"], ["Cost", "$59", "▼ $5"],
    ]  # fmt: skip
    assert [row[2]["tone"] for row in rows] == ["bad", "bad", "good"]


def test_a_changed_definition_shows_the_words_that_went_and_came():
    frame = pd.DataFrame(
        {"term": ["Quality lead"], "text": ["scored 60 or more"], "old_text": ["scored 50 or more"]}
    )
    table = Table(
        "d", "Definitions", (Column("term", "Term"), Column("text", "Text")), frame, style="definitions"
    )
    html = page.render(
        notebook(made.Month(), made.one_minute(), made.pace(tables_shown=(table,), opens=True))
    )
    assert "scored <del>50</del> <ins>60</ins> or more" in html


def test_a_gap_keeps_its_tone_where_its_exact_value_is_not_told():
    answer = made.scorecard()
    book = notebook(made.Month(), made.one_minute(), answer, made.where_from())
    (table,) = [one for one in book.cells[2].outputs[0].data[MIME]["tables"] if one["style"] == "score"]
    table["rows"][0][3]["value"] = None
    assert '<span class="neg">▼ 66</span>' in page.render(book)


def test_a_table_drawn_as_a_grid_on_a_phone_says_what_its_parts_are(html):
    score = html[html.index('<table class="score"') :]
    score = score[: score.index("</table>")]
    assert 'role="table"' in score
    roles = {"tr": "row", "th": "(?:columnheader|rowheader)", "td": "cell", "t(?:head|body)": "rowgroup"}
    for tag, role in roles.items():
        assert len(re.findall(f"<{tag}[ >]", score)) == len(re.findall(f'<{tag}[^>]* role="{role}"', score)) > 0
    assert len(re.findall("<th[ >]", html)) == len(re.findall('<th scope="(?:col|row)"', html))
