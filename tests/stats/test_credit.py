"""Credit over channels: conserved by every model, and Markov against a second way to count."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment_lib.stats.credit import (
    NONE_RECORDED,
    RULES,
    better_under_all,
    credit_range,
    merged_steps,
    removal_credit,
    rule_credit,
    step_counts,
)

# A path: (channels with days before the end, value if won or 0)
journeys = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 60)), max_size=6), st.integers(0, 3)
    ),
    min_size=1,
    max_size=15,
)


def frames(journeys):
    steps = [(i, channel, float(days)) for i, (path, _) in enumerate(journeys) for channel, days in path]
    paths = [(i, 100.0 * value, value > 0) for i, (_, value) in enumerate(journeys)]
    columns = {"path": "int64", "channel": "object", "days_before": "float64"}
    return (
        pd.DataFrame(steps, columns=list(columns)).astype(columns),
        pd.DataFrame(paths, columns=["path", "value", "won"]),
    )


def with_steps(steps, paths):
    return paths.loc[paths["path"].isin(steps["path"]), "value"].sum()


@settings(max_examples=25)
@given(journeys)
def test_every_rule_gives_out_the_whole_value(journeys):
    steps, paths = frames(journeys)
    table = rule_credit(steps, paths)
    assert list(table.columns) == list(RULES)
    assert table.sum().to_numpy() == pytest.approx(np.full(5, paths["value"].sum()))
    assert (table >= 0).all(axis=None)
    nothing = paths["value"].sum() - with_steps(steps, paths)
    assert table.loc[NONE_RECORDED].tolist() == [nothing] * 5 if nothing else True


@settings(max_examples=25)
@given(journeys, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_channels_do_not_matter(journeys, random):
    # Days differ within a path, or the order of the rows would be the order in time.
    journeys = [([(c, 10 * i) for i, (c, _) in enumerate(path)], value) for path, value in journeys]
    steps, paths = frames(journeys)
    names = dict(zip("abcd", random.sample("wxyz", 4), strict=True))
    other = steps.assign(channel=steps["channel"].map(names).astype(object)).sample(frac=1, random_state=1)
    one, two = rule_credit(steps, paths), rule_credit(other, paths.iloc[::-1])
    assert two.loc[[names.get(c, c) for c in one.index]].to_numpy() == pytest.approx(one.to_numpy())
    if len(steps):
        one, two = (removal_credit(step_counts(s, paths), with_steps(s, paths)) for s in (steps, other))
        assert two[[names[c] for c in one.index]].to_numpy() == pytest.approx(one.to_numpy(), abs=1e-9)


def one_path(*steps, value=100.0):
    frame = pd.DataFrame([(1, *step) for step in steps], columns=["path", "channel", "days_before"])
    return rule_credit(frame, pd.DataFrame({"path": [1], "value": [value]}))


def test_the_rules_by_hand():
    table = one_path(("a", 21.0), ("b", 14.0), ("c", 7.0), ("a", 0.0))
    assert table["first"].to_dict() == {"a": 100, "b": 0, "c": 0}
    assert table["last"].to_dict() == {"a": 100, "b": 0, "c": 0}
    assert table["linear"].to_dict() == {"a": 50, "b": 25, "c": 25}
    assert table["position"].to_dict() == pytest.approx({"a": 80, "b": 10, "c": 10})
    assert table["decay"].to_dict() == pytest.approx({"a": 60, "b": 2 / 15 * 100, "c": 4 / 15 * 100})


def test_short_paths():
    assert (one_path(("a", 3.0)).loc["a"] == 100).all()
    assert one_path(("a", 7.0), ("b", 0.0))["position"].tolist() == [50, 50]
    assert one_path(("a", 7.0), ("b", 0.0))["decay"].tolist() == pytest.approx([100 / 3, 200 / 3])
    # Only days between steps count, and even years do not vanish
    assert one_path(("a", 9_007.0), ("b", 9_000.0))["decay"].tolist() == pytest.approx([100 / 3, 200 / 3])


def test_repeats_in_a_row_are_one_step_and_later_returns_are_another():
    steps = pd.DataFrame({"path": 1, "channel": list("aabba"), "days_before": [9.0, 8, 7, 6, 5]})
    merged = merged_steps(steps)
    assert merged[["channel", "days_before"]].values.tolist() == [["a", 8], ["b", 6], ["a", 5]]
    two = pd.DataFrame({"path": [1, 2], "channel": ["a", "a"], "days_before": [1.0, 2.0]})
    assert len(merged_steps(two)) == 2


def test_a_path_without_steps_is_no_channel():
    steps, paths = frames([([("a", 1)], 1), ([], 2)])
    table = rule_credit(steps, paths)
    assert table["linear"].to_dict() == {"a": 100, NONE_RECORDED: 200}


def without(moves, channel):
    """Solve for the chance to win when every move into the channel ends not won; written a second way."""
    table = moves.pivot_table(index="before", columns="after", values="n", aggfunc="sum", fill_value=0)
    table = table.div(table.sum(axis=1), axis=0)
    states = list(table.index)
    reach = table.reindex(columns=states, fill_value=0.0).to_numpy(copy=True)
    if channel is not None:
        reach[:, states.index(channel)] = 0
    win = table["(won)"].to_numpy() if "(won)" in table else np.zeros(len(states))
    return np.linalg.solve(np.eye(len(states)) - reach, win)[states.index("(start)")]


@settings(max_examples=25)
@given(journeys.filter(lambda js: any(path for path, _ in js)))
def test_markov_equals_a_solve_for_each_channel_left_out(journeys):
    steps, paths = frames(journeys)
    moves = step_counts(steps, paths)
    total = with_steps(steps, paths)
    found = removal_credit(moves, total)
    assert found.sum() == pytest.approx(total)
    fall = np.array([without(moves, None) - without(moves, channel) for channel in found.index])
    expected = total * fall / fall.sum() if total else 0 * fall
    assert found.to_numpy() == pytest.approx(expected, abs=1e-6)


@settings(max_examples=25)
@given(journeys.filter(lambda js: any(path for path, _ in js)))
def test_step_counts_flow_in_as_often_as_out(journeys):
    moves = step_counts(*frames(journeys))
    inflow, outflow = moves.groupby("after")["n"].sum(), moves.groupby("before")["n"].sum()
    for channel in set(inflow.index) & set(outflow.index):
        assert inflow[channel] == outflow[channel]
    assert outflow["(start)"] == inflow.get("(won)", 0) + inflow.get("(not won)", 0)


def test_markov_by_hand_and_in_the_long_run():
    # Won: a-b, b, a; not won: a, c.
    steps, paths = frames(
        [([("a", 2), ("b", 1)], 1), ([("b", 1)], 1), ([("a", 1)], 1), ([("a", 1)], 0), ([("c", 1)], 0)]
    )
    moves = step_counts(steps, paths)
    found = removal_credit(moves, 300.0)
    # P(won) = 3/5 x (1/3 x 1 + 1/3) + 1/5 = 3/5; without a 1/5; without b 3/5 x 1/3 = 1/5
    assert found.to_dict() == pytest.approx({"a": 150, "b": 150, "c": 0})
    table = moves.pivot_table(index="before", columns="after", values="n", fill_value=0)
    rng, chances = np.random.default_rng(1), table.div(table.sum(axis=1), axis=0)
    for channel, fall in (("a", 2 / 3), ("b", 2 / 3), ("c", 0)):
        walkers, won = {"(start)": 20_000}, 0
        while walkers:
            state, count = walkers.popitem()
            for after, moved in zip(table.columns, rng.multinomial(count, chances.loc[state]), strict=True):
                won += moved * (after == "(won)")
                if after in table.index and after != channel and moved:
                    walkers[after] = walkers.get(after, 0) + moved
        assert 1 - won / 20_000 / 0.6 == pytest.approx(fall, abs=0.03)


def test_channels_that_stand_in_the_same_places_get_the_same():
    steps, paths = frames(
        [
            ([("a", 2), ("b", 1)], 1),
            ([("b", 2), ("a", 1)], 1),
            ([("a", 1)], 0),
            ([("b", 1)], 0),
            ([("c", 1)], 1),
        ]
    )
    table = rule_credit(steps, paths).assign(removal=removal_credit(step_counts(steps, paths), 300.0))
    assert table.drop(columns="decay").loc["a"].tolist() == pytest.approx(
        table.drop(columns="decay").loc["b"].tolist()
    )


def test_a_channel_on_no_path_that_was_won_gets_nothing():
    steps, paths = frames([([("a", 2), ("b", 1)], 1), ([("idle", 1)], 0)])
    table = rule_credit(steps, paths).assign(removal=removal_credit(step_counts(steps, paths), 100.0))
    assert table.loc["idle"].tolist() == [0] * 6


def test_without_any_win_nothing_is_credited():
    steps, paths = frames([([("a", 2)], 0)])
    assert removal_credit(step_counts(steps, paths), 0.0).tolist() == [0]


def test_better_only_if_better_under_all():
    table = pd.DataFrame(
        {"first": [5.0, 3, 3, 9], "last": [4.0, 3, 1, 9]}, index=["a", "b", "c", NONE_RECORDED]
    )
    assert better_under_all(table) == [("a", "b"), ("a", "c")]  # b and c are level under one
    ranges = credit_range(table)
    assert ranges.loc["a", ["low", "high"]].tolist() == [4, 5]
    assert list(ranges.columns) == ["first", "last", "low", "high"]


def test_what_cannot_be_credited_is_refused():
    steps, paths = frames([([("a", 1)], 1)])
    with pytest.raises(ValueError, match="one row"):
        rule_credit(steps.assign(path=9), paths)
    with pytest.raises(ValueError, match="one row"):
        rule_credit(steps, pd.concat([paths, paths]))
    for name in (None, "(won)", NONE_RECORDED):
        with pytest.raises(ValueError, match="needs a channel"):
            rule_credit(steps.assign(channel=name), paths)
    moves = pd.DataFrame([("(start)", "a", 3), ("a", "(won)", 2)], columns=["before", "after", "n"])
    with pytest.raises(ValueError, match="come to a 3 times and leave it 2"):
        removal_credit(moves, 1.0)
