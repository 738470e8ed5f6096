"""The shared edition, attacked: who knows every printed number and all sums learns no count of 1 to 4."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from html import unescape
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import handmade as made
import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from test_page import notebook

from alignment_lib import open_month, questions
from alignment_lib.answer import Answer, Check, Column, Item, ItemList, KeyFigure, Prompt, Table
from alignment_lib.questions.profile_shares import MATCHES
from alignment_lib.rendering import few_behind, masthead, to_json
from alignment_lib.report import page, shared, shared_counts
from alignment_lib.report.page import is_half
from alignment_lib.report.shared_words import (
    HEADLESS,
    MARK,
    UNTOLD,
    Wording,
    amount,
    cut,
    names_in,
    numbers,
    says,
    tables_of,
)
from alignment_lib.words import NUMBER_FORMATS, Words

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "faults" / "exports" / "45_small_cells.csv"
CLUBS, SOURCES = ("Leeds", "Hull", "York"), ("Web", "Referral")
LEEDS_HULL_YORK = [("Leeds", "Web", True)] * 40 + [("Hull", "Referral", True)] + [("York", "Referral", False)] * 5


def tally(leads, of, names):
    """Count leads and joins by club or by source, with the share that joined."""
    rows = [{"name": name, "leads": sum(lead[of] == name for lead in leads),
             "won": sum(lead[of] == name and lead[2] for lead in leads)} for name in names]  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["share"] = [won / leads if leads else None for won, leads in zip(frame["won"], frame["leads"], strict=True)]
    return frame


def pages(leads):
    """Return the answers of a small page: leads by club with shares, by source without, and the company's own."""
    columns = (Column("name", "Name"), Column("leads", "Leads", "count"), Column("won", "Joined", "count"))
    joined = sum(won for *_, won in leads)
    whole = pd.DataFrame({"measure": ["Leads", "Joined"], "unit": "count", "actual": [len(leads), joined]})
    of_all = (Column("measure", "Measure"), Column("actual", "Actual", "number"))
    club, source = tally(leads, 0, CLUBS), tally(leads, 1, SOURCES)
    hull = club.iloc[1]
    said = f"Hull had {hull.leads} leads, of whom {hull.won} joined. All clubs are open."
    by_club = Table("clubs", "Clubs", (*columns, Column("share", "Share", "share")), club)
    answers = [
        Answer("scorecard", "Scorecard", "Together?", f"{len(leads)} leads came.", headline="A month.",
               tables_shown=(Table("scorecard", "Scorecard", of_all, whole, style="score"),)),
        Answer("clubs", "Clubs", "Where?", said, tables_shown=(by_club,)),
        Answer("origins", "Sources", "Whence?", "Two sources.",
               tables_shown=(Table("origins", "Sources", columns, source),)),
    ]  # fmt: skip
    return [to_json(answer) for answer in answers]


class Attacker:
    """Knows how the tables are counted. His unknowns are the leads of each club, source and outcome, whole and >= 0."""

    def __init__(self, answers):
        self.kinds = list(product(CLUBS, SOURCES, (True, False)))
        self.rows, self.low, self.high = [], [], []
        tables = {table["name"]: table for answer in answers for table in answer["tables"]}
        for row, joined in zip(tables.get("scorecard", {"rows": []})["rows"], (None, True), strict=False):
            self.learn(row[1]["text"], self.count(joined=joined))
        for name, of in (("clubs", 0), ("origins", 1)):
            for head, leads, won, *share in tables.get(name, {"rows": []})["rows"]:
                self.learn(leads["text"], self.count(of, head["text"]))
                self.learn(won["text"], self.count(of, head["text"], True))
                if share and share[0]["text"].endswith("%"):
                    self.learn_share(int(share[0]["text"][:-1]) / 100, self.count(of, head["text"], True),
                                     self.count(of, head["text"]))  # fmt: skip

    def count(self, of=None, name=None, joined=None):
        """Return which unknowns a count adds up."""
        return np.array([(of is None or kind[of] == name) and (joined is None or kind[2] == joined)
                         for kind in self.kinds], dtype=float)  # fmt: skip

    def learn(self, text, which):
        shown = text.isdigit()
        self.rows.append(which)
        self.low.append(int(text) if shown else 1)  # zero is shown, so what is hidden is 1 or more
        self.high.append(int(text) if shown else np.inf)

    def learn_share(self, share, part, whole):
        self.rows += [part - (share - 0.005) * whole, (share + 0.005) * whole - part]
        self.low += [-1e-9, -1e-9]
        self.high += [np.inf, np.inf]

    def between(self, which):
        """Return the least and the most that a count can be."""
        bounds = Bounds(0, 200)
        held = LinearConstraint(np.array(self.rows), np.array(self.low), np.array(self.high))
        whole = np.ones(len(which))
        low, high = (milp(sign * which, integrality=whole, bounds=bounds, constraints=held) for sign in (1, -1))
        return round(low.fun), round(-high.fun)

    def solves(self, leads):
        """Return the small counts that he can tell within fewer than five values."""
        won = []
        for of, names in ((0, CLUBS), (1, SOURCES)):
            for name, joined in product(names, (None, True, False)):
                true = sum(lead[of] == name and joined in (None, lead[2]) for lead in leads)
                if 0 < true < 5:
                    least, most = self.between(self.count(of, name, joined))
                    assert least <= true <= most
                    won += [(name, joined)] if most - least < 4 else []
        return won


def edited(leads, hollow=2.0):
    """Return the shared edition of a small page; its tables stay, however much of them is hidden."""
    answers = pages(leads)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, "HOLLOW", hollow)
        shared.edit(answers, 5)
    return answers


def test_one_lead_at_a_club_is_hidden_with_a_partner_and_left_out_of_the_sentence():
    answers = edited(LEEDS_HULL_YORK)
    cells = {row[0]["text"]: [cell["text"] for cell in row[1:]] for row in answers[1]["tables"][0]["rows"]}
    assert cells["Hull"] == [MARK, MARK, MARK] and MARK in (cells["York"][0], cells["Leeds"][0])
    assert answers[1]["finding"] == "All clubs are open."
    assert "Left out of the shared edition: part of the finding." in answers[1]["notes"]
    assert Attacker(answers).solves(LEEDS_HULL_YORK) == []


def test_a_row_that_is_half_of_its_column_by_accident_is_no_total():
    leads = [("Leeds", "Web", False)] * 3 + [("Hull", "Web", False)] * 2 + [("York", "Web", False)]
    assert Attacker(edited(leads)).solves(leads) == []


def test_a_table_that_is_mostly_hidden_is_left_out():
    assert edited(LEEDS_HULL_YORK, hollow=0.5)[1]["tables"] == []


def test_without_partners_the_attacker_wins(monkeypatch):
    def only_small(values, relations, least, dear):
        return {cell for cell, value in values.items() if 0 < value < least}

    monkeypatch.setattr(shared_counts, "suppressed", only_small)
    answers = edited(LEEDS_HULL_YORK)
    assert {("Hull", None), ("Hull", True)} <= set(Attacker(answers).solves(LEEDS_HULL_YORK))


LEAD = st.tuples(st.sampled_from(("Leeds", "Leeds", "Leeds", "Hull", "York")), st.sampled_from(SOURCES), st.booleans())


@settings(max_examples=25, deadline=None)
@given(st.lists(LEAD, min_size=6, max_size=80))
def test_no_small_company_gives_a_small_count_away(leads):
    answers = edited(leads)
    assert Attacker(answers).solves(leads) == []
    for table in (table for answer in answers for table in answer["tables"]):
        for row in table["rows"]:
            assert not any(cell["text"] in ("1", "2", "3", "4") for cell in row[1:])


def test_numbers_of_dates_waits_and_usual_ranges_count_nobody():
    harmless = ("On 3 October 2026, by 16:00, within 2 h, in 3 of 5 weeks, met in 10 of the last 15 months.",
                "Inside the usual range of 75–135%.", "An average of 113% would meet it.")  # fmt: skip
    assert [list(numbers(text)) for text in harmless] == [[], [], []]
    assert list(numbers("usual range of 75–135%, 3 leads of Hull (60%) for $1.2k")) == [
        ("count", "3"), ("share", "60%"), ("money", "$1.2k"),
    ]  # fmt: skip
    few = "It was under 1% of 295 leads, those under 20 leads left out"
    assert list(numbers(few)) == [("share", "1%"), ("count", "295")]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company whose exports are the corpus's file of small cells."""
    if not CORPUS.is_file():
        pytest.skip("the fault corpus is not beside the repository")
    root = tmp_path_factory.mktemp("small")
    params = root / "params" / "small"
    (params / "playbook").mkdir(parents=True)
    (params / "sources").mkdir()
    book = (ROOT / "params" / "riverside" / "playbook" / "2024-05-01.yml").read_text()
    (params / "playbook" / "2024-05-01.yml").write_text(book)
    (params / "report.yml").write_text(yaml.safe_dump({
        "company": "Small", "time_zone": "Europe/London", "currency": "GBP", "exports": "../../exports",
        "audience": "shared", "place": {"one": "club", "many": "clubs"},
        "reading": {"warn_above": 0.5, "refuse_above": 1},
    }))  # fmt: skip
    mapping = {
        "file": CORPUS.name, "dates": {"formats": ["%Y-%m-%d"], "zone": "local"}, "personal": ["name", "email"],
        "tables": {
            "leads": {"lead_id": "lead_id", "created_at": "created_at", "team": "team", "source": "source",
                      "location": "club"},
            "deals": {"deal_id": "lead_id", "lead_id": "lead_id", "opened_at": "created_at", "closed_at": "created_at",
                      "amount": "deal_value", "outcome": {"column": "status"}},
        },
    }  # fmt: skip
    (params / "sources" / "leads.yml").write_text(yaml.safe_dump(mapping))
    (root / "exports").mkdir()
    (root / "exports" / CORPUS.name).write_bytes(CORPUS.read_bytes())
    return params


def test_the_one_lead_of_the_corpus_stands_nowhere(company):
    month = open_month("2026-10", company)
    answers = [to_json(answer, month.words) for answer in questions.answers(month)]
    assert '"Hull"' in json.dumps(answers)  # it was there

    shared.edit(answers, 5, few_behind(month), masthead(month)["won"])

    text = json.dumps([{**answer, "figures": [], "code": ""} for answer in answers])
    assert "9876" not in text and "9,87" not in text
    rows = [row for answer in answers for table in tables_of(answer) for row in table["rows"]]
    hull = [cell for row in rows if row[0]["text"] == "Hull" for cell in row[1:]]
    assert not any(re.search(r"[1-9]", cell["text"]) or cell["svg"] for cell in hull)
    by_name = Counter(row[0]["text"] for row in rows if any(cell["text"] == MARK for cell in row[1:]))
    assert not by_name["Hull"] or by_name["York"] or by_name["Leeds"]


def test_a_share_is_not_said_by_a_longer_one():
    assert says("share", "7%", {"text": "7%"}) and says("share", "7%", {"text": "5–7%"})
    assert not says("share", "7%", {"text": "17%"})


OLD_MILL = "96% of leads have a recorded source. Leads at Old Mill: 3 of 50 came without one."


def tracking(said=OLD_MILL):
    """Return the settled answer of a page that tells how many leads have a source, and hides one of two clubs."""
    columns = (Column("name", "Name"), Column("leads", "Leads", "count"), Column("share", "Share", "share"))
    fields = pd.DataFrame({"name": ["Source known", "Score known"], "leads": [96, 90], "share": [0.96, 0.9]})
    answer = to_json(Answer(
        "tracking", "Tracking", "How far?", said, reading="signal", opens=True,
        tables_shown=(Table("fields", "Fields", columns, fields),),
        prompt=Prompt("What would make it a ten-second job at Old Mill?"),
    ))  # fmt: skip
    answer["gone"] = []
    wording = Wording(answer, [], names_in(answer) | {"Old Mill"})
    wording.settle({})
    return answer


def test_what_is_told_stays_and_a_prompt_and_a_signal_go_with_what_they_are_about():
    cut, whole = tracking(), tracking("96% of leads have a recorded source. It is least at Old Mill.")
    assert cut["finding"] == "96% of leads have a recorded source."
    assert (cut["prompt"], cut["reading"], cut["opens"]) == (None, "", False)
    assert cut["notes"] == ["Left out of the shared edition: part of the finding."]
    assert whole["prompt"] and whole["reading"] == "signal" and not whole["notes"]


def test_a_prompt_goes_with_its_finding():
    gone = tracking("Of 77 leads none came.")
    assert "rests on numbers that are not shown" in gone["finding"] and gone["prompt"] is None


def test_what_is_read_out_instead_of_a_drawing_is_edited_like_the_finding():
    few, fine = "The & club Hull had 3 of 77 leads.", "All <clubs> & both teams are open."
    sources = Table("sources", "By team", (Column("team", "Team"), Column("leads", "Leads", "count")),
                    pd.DataFrame({"team": ["North", "South"], "leads": [345, 253]}))  # fmt: skip
    drawn = replace(made.figure(), title=f"{fine} {few}", alt=f"{few} {fine}", table=sources)
    answer = made.pace(finding=f"{few} {fine}", figures=(drawn,))
    html = page.render(notebook(made.Month(audience="shared"), made.one_minute(), answer))
    read_out = [unescape(text) for text in re.findall(r'<(?:title|desc) id="pace-[^>]*>([^<]*)<', html)]
    assert read_out == [fine] * 4  # title and description, wide and narrow
    assert "77 leads" not in html


def decisions(finding, *items):
    """Return the first screen's items and the agenda's rows of a shared page; each item leads to "tracking"."""
    tracking = Answer("tracking", "Tracking", "How far?", finding)
    decide = ItemList("decide", "Decide today", tuple(Item("", f"{item}.", "tracking") for item in items))
    rows = [{"item": f"{n}. {item}", "link": "tracking", "asks": "", "under": ""} for n, item in enumerate(items, 1)]
    agenda = Table("agenda", "Agenda", (Column("item", "Item"),), pd.DataFrame(rows), style="agenda")
    first, last = Answer("first", "First", "What?", "", lists=(decide,)), Answer("agenda", "Agenda", "What?", "Much.",
                                                                                 tables_shown=(agenda,))  # fmt: skip
    answers = [to_json(one) for one in (first, tracking, last)]
    shared.edit(answers, 5)
    said = [(item["text"], item["link"]) for one in answers[0]["lists"] for item in one["items"]]
    return said, [(row[0]["text"], row[0]["link"]) for table in answers[2]["tables"] for row in table["rows"]]


CAME = "June 2024 brought 544 leads, 164 joins and $121.9k of revenue; May brought 548, 91 and $67.0k."


def headline_of(said=CAME, sales=185, joins=164, few_behind=()):
    """Return the headline of a shared page without a goal, whose scorecard holds the leads of each team."""
    frame = pd.DataFrame([
        ("Shared revenue", "money", 121_872, ""), ("Members joined", "count", joins, ""),
        ("Marketing-sourced quality leads", "count", 286, "359 leads in all"),
        ("Sales-sourced quality leads", "count", min(137, sales), f"{sales} leads in all"),
    ], columns=["measure", "unit", "actual", "under"])  # fmt: skip
    columns = (Column("measure", "Measure"), Column("actual", "Actual", "number"))
    score = Table("scorecard", "Scorecard", columns, frame, style="score")
    figures = (KeyFigure("$121.9k", "revenue", "", ""),)
    first = Answer("first", "First", "What?", "", headline=said, key_figures=figures)
    answers = [to_json(one) for one in (first, Answer("card", "Card", "Together?", "", tables_shown=(score,)))]
    shared.edit(answers, 5, few_behind, ("members joined", "joins"))
    return answers[0]["headline"]


def test_a_month_without_a_goal_keeps_what_of_its_headline_stands_in_the_scorecard():
    assert headline_of() == "June 2024 brought 544 leads, 164 joins and $121.9k of revenue."  # no cell holds May's 548
    few = ["revenue"]  # too few deals in a month shown: no money is told
    assert headline_of(few_behind=few) == "June 2024 brought 544 leads and 164 joins."
    assert headline_of(CAME.replace("164", "3"), joins=3) == "June 2024 brought 544 leads."


def test_a_headline_tells_no_sum_of_which_a_part_is_hidden_and_no_other_count():
    for hidden in ("362", "359"):  # with the 3 leads of sales, and without them
        assert headline_of(CAME.replace("544", hidden), sales=3) == HEADLESS
    assert headline_of(CAME.replace("544 leads", "544 calls")) == HEADLESS
    assert headline_of(CAME.replace("544", "545")) == HEADLESS


def test_nobody_is_sent_to_a_finding_that_is_left_out():
    late = "Enquiries after 16:00 at Harbour"
    assert decisions("All clubs are slow.", late) == ([(f"{late}.", "tracking")], [(f"1. {late}", "tracking")])
    assert decisions("At Harbour 3 of 77 waited.", late) == ([(f"{late}.", "")], [(f"1. {late}", "")])


def test_an_item_of_the_agenda_that_tells_a_number_is_called_like_its_section():
    assert decisions("All clubs are slow.", "2 disputed leads") == ([], [("1.", "tracking")])  # the link says the rest
    assert decisions("At Harbour 3 of 77 waited.", "2 disputed leads") == ([], [("1. Tracking", "")])


@pytest.mark.parametrize(("text", "said"), [
    ('Leads whose location is in no playbook; list it there: "Hul" (leads.csv, row 3, 9).',
     "Leads whose location is in no playbook."),
    ("Amount is empty: a payment adds nothing (paid.csv, row 3 and 12 more).", UNTOLD),
    ("Not in the list: ways of arriving Fax.", "Not in the list: ways of arriving Fax."),
])  # fmt: skip
def test_a_failed_check_tells_no_rows_and_is_never_an_empty_line(text, said):
    answers = [to_json(Answer("tracking", "Tracking", "How far?", "", checks=(Check("rule", False, text),)))]
    shared.edit(answers, 5)
    assert answers[0]["checks"][0]["text"] == said


def test_a_list_of_which_a_part_goes_stays_a_list():
    def few(part):
        return "7" not in part

    assert cut("All well. Not today: A; 7 leads; C; D. It ends.", few) == "All well. Not today: A; C; D. It ends."
    assert cut("Not today: A; 7 leads. It ends. So be it.", few) == "Not today: A. So be it."
    assert cut("All well. Not today: 7 leads; B; C. D.", few) == "All well. D."


def test_lines_are_not_explained_where_none_is_left():
    columns = (Column("name", "Name"), Column("bullet", "Against plan", "svg"), Column("trend", "Trend", "svg"))
    bars = "Bar = actual, dark ground ends at 90% of plan"
    note = f"{bars}; grey behind a line = usual range. Rows with – have no plan. Lines show 24 months; that of revenue shows quarters."  # noqa: E501
    frame = pd.DataFrame({"name": ["Leads"], "bullet": "", "trend": ""})
    answers = [to_json(Answer("scorecard", "Scorecard", "Together?", "", tables_shown=(
        Table("scorecard", "Scorecard", columns, frame, note, style="score"),)))]  # fmt: skip
    shared.edit(answers, 5)
    assert answers[0]["tables"][0]["note"] == f"{bars}. Rows with – have no plan."


def test_a_figure_for_half_a_page_is_known_by_its_width():
    assert is_half('<svg viewBox="0 0 221 223.2" width="327">') and not is_half('<svg viewBox="0 0 576 180">')


def test_the_rows_by_profile_are_told_from_those_by_source_by_their_names():
    assert set(MATCHES.values()) == shared_counts.MATCHED


def test_who_agreed_to_be_named_is_not_named_outside_the_two_teams():
    thanks = ItemList("thanks", "Thanks", (Item("Ana Lopez.", "She called everybody back."),))
    answer = to_json(Answer("wins_and_promises", "Wins", "What went well?", "All clubs are open.", lists=(thanks,)))
    shared.edit([answer], 5)
    assert "Lopez" not in str(answer) and answer["notes"] == ["Left out of the shared edition: “Thanks”."]


def reasons(losses):
    """Return the shared edition of one table: how many losses had which reason, and what share of all that is."""
    columns = (Column("reason", "Reason"), Column("now", "Losses", "count"), Column("share", "Share", "share"))
    frame = pd.DataFrame({"reason": list("ABCD"), "now": losses, "share": [n / sum(losses) for n in losses]})
    answer = to_json(Answer("playback", "Playback", "Why?", "All is well.", tables_shown=(
        Table("reasons", "Reasons", columns, frame),)))  # fmt: skip
    shared.edit([answer], 5)
    return [[cell["text"] for cell in row[1:]] for table in answer["tables"] for row in table["rows"]]


def test_a_share_of_a_column_stands_where_its_count_does():
    assert reasons([12, 60, 24, 24]) == [["12", "10%"], ["60", "50%"], ["24", "20%"], ["24", "20%"]]


def test_a_share_of_a_column_goes_with_its_count():
    found = reasons([2, 60, 34, 24])
    assert found[0] == [MARK, MARK] and sum(row == [MARK, MARK] for row in found) == 2
    assert all((count == MARK) == (share == MARK) for count, share in found)


def test_a_figure_without_a_title_is_named_by_its_question():
    answer = to_json(Answer("pace", "Pace", "When?", "All is well.", tables_shown=()))
    answer["figures"] = [{"title": "", "subtitle": "", "alt": "", "caption": "", "table": {
        "name": "teams", "title": "", "style": "data", "note": "", "terms": [], "columns": [], "rows": []}}]
    shared.edit([answer], 5)
    assert answer["notes"] == ["Left out of the shared edition: the drawing of “Pace”."]


def test_what_the_teams_say_to_each_other_is_left_out_whole_and_said():
    """A sentence of a quote that may stay would stand there as if it were all that was said."""
    talk = ItemList("feedback", "What the clubs say", (Item("Hull:", "It was quiet. Only 2 of 9 came."),))
    answers = [to_json(Answer("playback", "Playback", "What?", "All is well.", lists=(talk,)))]
    shared.edit(answers, 5)
    assert answers[0]["lists"] == []
    assert answers[0]["notes"] == ["Left out of the shared edition: “What the clubs say”."]


@given(st.floats(0, 5e9), st.sampled_from(sorted(NUMBER_FORMATS)), st.sampled_from(["USD", "CHF"]))
def test_an_amount_is_read_as_it_was_printed_in_every_number_format(money, number_format, currency):
    company = SimpleNamespace(number_format=number_format, currency=currency, place=None, client=None)
    for printed in (Words(company).money(money), Words(company).money_short(money)):
        ((kind, found),) = numbers(f"It cost {printed} in all.")
        value, half = amount(found)
        assert kind == "money" and abs(value - money) <= half * (1 + 1e-9)
