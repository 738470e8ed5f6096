"""Attribution as a range: what each channel has by six ways of counting, what holds in all, and when it is news."""

from datetime import date
from importlib import import_module

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_months import counting, months_to

from alignment_lib.errors import NotebookFailed
from alignment_lib.questions.attribution import attribution, describe_credit
from alignment_lib.questions.channel_credit import RULES, contradicted, credit_of, share_out, surely_better
from alignment_lib.stats.credit import rule_credit, step_counts

question = import_module("alignment_lib.questions.attribution")
QUARTER = ["2026-08", "2026-09", "2026-10"]
BY_TALLY = ["by_first", "by_last", "by_linear", "by_position", "by_decay"]


def tallied(*paths, month="2026-10", value=100.0):
    """Return both tallies of paths, each (channels in order, won?, source), touched a day apart."""
    steps = pd.DataFrame(
        [(n, channel, len(on_it) - 1 - at) for n, (on_it, *_) in enumerate(paths) for at, channel in enumerate(on_it)],
        columns=["path", "channel", "days_before"],
    )  # fmt: skip
    ends = pd.DataFrame({"path": range(len(paths)), "won": [won for _, won, _ in paths]})
    credit = rule_credit(steps, ends.assign(value=ends["won"] * value)).set_axis(BY_TALLY, axis=1)
    won = [(channels, source) for channels, is_won, source in paths if is_won]
    for column, of in (("firsts", 0), ("lasts", -1)):
        named_there = pd.Series([channels[of] if channels else "none recorded" for channels, _ in won]).value_counts()
        credit[column] = named_there.reindex(credit.index, fill_value=0)
    sources = pd.Series([source for _, source in won]).value_counts()
    credit = credit.join(sources.rename("sourced"), how="outer").fillna(0)
    credit["by_crm"] = value * credit["sourced"]
    touched = credit[(credit[["firsts", "lasts", "sourced", "by_linear"]] > 0).any(axis=1)]
    moves = step_counts(steps, ends).rename(columns={"before": "before_step", "after": "after_step"})
    return {
        "channel_credit": touched.rename_axis("channel").reset_index().assign(month=month),
        "channel_steps": moves.assign(month=month),
    }


def joined(*many):
    return {name: pd.concat([one[name] for one in many], ignore_index=True) for name in many[0]}


def october(make_month, *paths, **more):
    return make_month(daily=[{"month": m, "leads": 9} for m in QUARTER], **tallied(*paths), **more)


SEARCH_THEN_MAIL = (["search", "mail"], True, "search")
MAIL = (["mail"], True, "walk-in")
NOTHING = ([], True, "walk-in")
LOST = (["search"], False, "search")


def test_deals_without_a_touch_have_no_source_called_so(make_month):
    """A deal without a lead is told by its missing touch, not by a source of that name."""
    shown = question.named(credit_of(october(make_month, SEARCH_THEN_MAIL, ([], True, "none recorded")), QUARTER))
    assert shown.loc["No touch recorded", "first"] == 100 and pd.isna(shown.loc["No touch recorded", "crm"])
    assert shown.loc["search", "crm"] == 100


def test_credit_by_hand(make_month):
    table = credit_of(october(make_month, SEARCH_THEN_MAIL, MAIL, NOTHING, LOST), QUARTER)
    assert table.index.tolist() == ["mail", "search", "none recorded"]
    assert table.loc["search", ["first", "last", "linear", "position"]].tolist() == [100, 0, 50, 50]
    # A day earlier weighs 0.5 ^ (1/7) = 0.906: 100 x 0.906 / 1.906.
    assert table.loc["search", "decay"] == pytest.approx(47.53, abs=0.01)
    # Without search one of the two wins is lost, without mail both: 200 is shared 1 to 2.
    assert table.loc[["search", "mail"], "removal"].tolist() == pytest.approx([200 / 3, 400 / 3])
    assert table.loc["search", ["low", "high", "crm"]].tolist() == pytest.approx([0, 100, 100])
    assert table.loc["none recorded", list(RULES)].eq(100).all()


PATH = st.tuples(st.lists(st.sampled_from("abcd"), max_size=4), st.booleans(), st.sampled_from("abx"))


@settings(max_examples=40, deadline=None)
@given(st.lists(PATH, min_size=1, max_size=25).filter(lambda paths: any(won for _, won, _ in paths)))
def test_every_way_of_counting_adds_up_to_the_value_won(paths):
    both = tallied(*paths)
    credit = both["channel_credit"].rename(columns=lambda name: name.removeprefix("by_"))
    moves = both["channel_steps"].rename(columns={"before_step": "before", "after_step": "after"})
    table = share_out(credit, moves)
    whole = 100.0 * sum(won for _, won, _ in paths)
    assert table[list(RULES)].sum().tolist() == pytest.approx([whole] * 6)
    assert (table["low"] <= table["high"]).all() and (table["low"] >= -1e-9).all()


def test_credit_that_does_not_add_up_stops_the_run(make_month):
    wrong = tallied(SEARCH_THEN_MAIL, MAIL)
    wrong["channel_credit"].loc[0, "by_decay"] += 1
    with pytest.raises(NotebookFailed, match="credit by decay"):
        credit_of(make_month(**wrong), QUARTER)


def many(mail, search, mail_source=0, search_source=0):
    """Return won deals with one touch each, and others whose lead has a source called like the channel."""
    paths = [(["mail"], True, "walk-in")] * mail + [(["search"], True, "walk-in")] * search
    return [*paths, *[([], True, "mail")] * mail_source, *[([], True, "search")] * search_source]


@pytest.mark.parametrize(("mail", "search", "sure"), [(40, 10, [("mail", "search")]), (30, 20, []), (20, 20, [])])
def test_better_takes_all_models_and_more_than_chance(make_month, mail, search, sure):
    assert surely_better(credit_of(october(make_month, *many(mail, search)), QUARTER)) == sure


def test_one_model_that_disagrees_is_enough(make_month):
    paths = [(["mail", "search"], True, "x")] * 60 + [(["mail"], True, "x")] * 5 + [(["search", "web"], True, "x")] * 30
    table = credit_of(october(make_month, *paths), QUARTER)
    assert table.loc["mail", "first"] > table.loc["search", "first"]
    assert ("mail", "search") not in surely_better(table)


def test_the_crms_order_is_contradicted_only_beyond_chance_on_both_sides(make_month, riverside):
    table = credit_of(october(make_month, *many(40, 10, 5, 25)), QUARTER)
    assert contradicted(table, surely_better(table)) == ("mail", "search")
    text = describe_credit(table, QUARTER, make_month().words)
    assert text == (
        "mail has more credit for joins of August–October 2026 than search, whichever of six ways it is counted; "
        "by the leads’ sources it is the other way round. 38% of the value won has no touch recorded."
    )
    for mail, search in ((25, 5), (12, 15), (0, 25)):  # the same way, by chance, and no such source
        table = credit_of(october(make_month, *many(40, 10, mail, search)), QUARTER)
        assert contradicted(table, surely_better(table)) is None


def test_the_finding_in_each_state(make_month):
    words = make_month().words

    def said(*paths):
        return describe_credit(credit_of(october(make_month, *paths), QUARTER), QUARTER, words)

    assert said(*many(40, 10)) == (
        "mail has the most credit for joins of August–October 2026, whichever of six ways it is counted: $4.0k."
    )
    assert said(*many(25, 20)).startswith("No channel clearly has the most credit")
    assert said(*many(12, 7)) == (
        "19 joins of August–October 2026 have a touch recorded; it takes 20 to say which channels they came through."
    )
    assert said(MAIL).startswith("1 join of August–October 2026 has a touch recorded;")
    assert said(NOTHING, LOST).startswith("No join of August–October 2026 has a touch recorded, so nobody can say")


def test_without_touches_deals_or_wins_it_says_so_and_is_not_on_the_page(make_month, printable):
    some = many(40, 10)
    for missing, why in (("touches", "the exports hold no marketing touches"), ("deals", "the exports hold no deals")):
        answer = attribution(october(make_month, *some, missing={missing}))
        printable(answer)
        assert answer.finding == f"Which channels members came through is not known: {why}." and not answer.shown
        assert bool(answer.missing) == (missing == "touches")
    answer = attribution(make_month(daily=[{"leads": 9}]))
    printable(answer)
    assert answer.finding.endswith("nothing won is recorded in these months.")


def test_in_jupyterlab_it_is_whole_in_a_month_without_a_signal(make_month, printable):
    answer = attribution(october(make_month, *many(40, 10, 5, 25), NOTHING))
    shown = printable(answer)
    assert not answer.shown and answer.state == "complete"
    assert [cell["text"] for cell in shown["figures"][0]["table"]["rows"][0]][:2] == ["mail", "$4,000"]
    assert answer.tables["credit"].index[-1] == "No touch recorded"


def test_a_month_whose_deals_stop_says_so(make_month, printable):
    answer = attribution(october(make_month, *many(40, 10), ends={"deals": date(2026, 10, 18)}))
    printable(answer)
    assert answer.state == "poor" and answer.notes == ("The deals stop on 18 October: later closings are not in it.",)
    assert question.tests(october(make_month, *many(40, 10), ends={"deals": date(2026, 10, 18)})) == []


def test_values_that_are_not_paid_yet_are_said_to_be_so_far(make_month, riverside):
    answer = attribution(october(make_month, *many(40, 10), company=counting(riverside, "payments within 90 days")))
    said = "Payments count until 90 days after each close: values of the latest closings are what is paid so far."
    assert answer.notes == (said,)
    assert attribution(october(make_month, *many(40, 10))).notes == ()


def history(make_month, *last, months=14):
    """Return a month after others in which mail and search take turns in being a little ahead."""
    before = [tallied(*many(30 + n % 2, 31 - n % 2), month=m) for n, m in enumerate(months_to("2026-10", months)[:-1])]
    return make_month(**joined(*before, tallied(*last)), daily=[{"month": m, "leads": 9} for m in QUARTER])


def test_news_is_a_share_outside_its_usual_range_by_every_way_of_counting(make_month):
    (found,) = question.tests(history(make_month, *many(50, 10)))
    assert found.name in ("attribution: mail", "attribution: search") and found.p < 0.001
    assert "83–83%" in found.text or "17–17%" in found.text
    (quiet,) = question.tests(history(make_month, *many(31, 30)))
    assert quiet.p == 1.0


def test_a_channel_that_is_new_by_some_ways_only_is_no_news(make_month):
    paths = [(["mail", "search"], True, "x")] * 61  # mail has all of the first, none of the last
    (found,) = question.tests(history(make_month, *paths))
    assert found.p == 1.0


def test_too_few_wins_or_months_test_nothing(make_month):
    assert question.tests(history(make_month, *many(10, 9))) == []
    assert question.tests(history(make_month, *many(50, 10), months=6)) == []
    assert question.tests(make_month()) == []


def test_a_signal_brings_it_onto_the_page(make_month, printable):
    month = history(make_month, *many(50, 10))
    answer = attribution(month)
    printable(answer)
    assert answer.shown and answer.opens and answer.reading == "signal"
    (item,), name = question.agenda(month), question.tests(month)[0].name.removeprefix("attribution: ")
    assert (item.what, item.moves) == (f"{name}’s part in joins", f"share of the credit for joins, {name}")
    assert (item.asks, item.rank) == (answer.prompt.text, answer.prompt.rank)
    assert answer.prompt.text == f"What changed the part of {name} in joins, and what follows for its money?"
    assert question.agenda(history(make_month, *many(31, 30))) == []
