"""A fitted score: what it must find, what it must not be given, and that noise stays noise."""

import numpy as np
import pandas as pd
import pytest

from alignment_lib.stats.calibration import auc, brier_skill
from alignment_lib.stats.fitted import RARE, fit, missed_without, suspects

N = 3000
PART = np.repeat([0, 0, 1, 2, 2, -1], N // 6)
NEWER, YOUNG = PART == 2, PART == -1


def made(seed: int, tells: bool = True) -> tuple[pd.DataFrame, np.ndarray]:
    """Cases of which 10% or 40% happen by their "kind", and a field that has nothing to do with it."""
    draw = np.random.default_rng(seed)
    fields = pd.DataFrame({"kind": draw.choice(["warm", "cold"], N), "day": draw.choice(list("abcde"), N)})
    share = np.where(fields["kind"] == "warm", 0.4, 0.1) if tells else np.full(N, 0.25)
    return fields, draw.random(N) < share


def ones(where: np.ndarray) -> np.ndarray:
    return np.ones(where.sum(), dtype=int)


def test_a_score_says_the_shares_that_were_planted_on_cases_it_has_not_seen():
    fields, happened = made(1)
    said = fit(fields, happened, PART)(fields)
    warm = (fields["kind"] == "warm").to_numpy()
    assert said[NEWER & warm].mean() == pytest.approx(0.4, abs=0.05)
    assert said[NEWER & ~warm].mean() == pytest.approx(0.1, abs=0.05)
    assert brier_skill(said[NEWER], ones(NEWER), happened[NEWER].astype(int), 0.25) > 0.05


def test_the_order_of_the_cases_changes_nothing():
    fields, happened = made(2)
    mixed = np.random.default_rng(0).permutation(N)
    said = fit(fields, happened, PART)(fields)
    again = fit(fields.iloc[mixed].reset_index(drop=True), happened[mixed], PART[mixed])(fields)
    assert again == pytest.approx(said, abs=1e-4)


def test_where_nothing_tells_the_score_ranks_like_a_coin():
    inside = 0
    for seed in range(20):
        fields, happened = made(seed, tells=False)
        said = fit(fields, happened, PART)(fields)
        found = auc(said[NEWER], ones(NEWER), happened[NEWER].astype(int))
        inside += found.low <= 0.5 <= found.high
        assert brier_skill(said[NEWER], ones(NEWER), happened[NEWER].astype(int), 0.25) < 0.02
    assert inside >= 17


def test_a_rare_word_and_one_never_seen_say_no_more_than_the_rest():
    fields, happened = made(3)
    odd = fields.copy()
    odd.loc[: RARE - 2, "day"] = "odd"
    says = fit(odd, happened, PART)
    one = odd.iloc[[0]].assign(kind="warm")
    assert says(one.assign(day="odd")) == pytest.approx(says(one.assign(day="never seen")))


def test_a_missing_word_is_a_word_of_its_own():
    fields, happened = made(4)
    fields["day"] = np.where(happened & (np.arange(N) % 2 == 0), None, fields["day"])  # seldom missing otherwise
    said = fit(fields, happened, PART)(fields)
    empty = fields["day"].isna().to_numpy()
    assert said[empty & NEWER].min() > said[~empty & NEWER].max()


def test_fields_that_know_the_end_are_named_with_what_gave_them_away():
    fields, happened = made(5)
    draw = np.random.default_rng(5)
    fields["signed"] = np.where(happened & (draw.random(N) < 0.9), "x", None)  # filled only when it happened
    fields["state"] = np.where(happened, "client", draw.choice(["new", "called"], N))
    asked = draw.random(N) < np.where(YOUNG, 0.3, 0.8)  # asked in the weeks after
    fields["asked"] = np.where(asked, draw.choice(["yes", "no"], N), None)
    fields["mostly"] = np.where(draw.random(N) < 0.7, "x", None)  # often empty, and no suspect

    found = {one.field: one for one in suspects(fields, happened, PART, YOUNG)}

    assert {name: one.why for name, one in found.items()} == {
        "signed": "presence", "state": "values", "asked": "age"
    }  # fmt: skip
    assert found["signed"].found > 0.9 and found["state"].found == pytest.approx(1.0)
    assert (found["asked"].found, found["asked"].against) == pytest.approx((0.8, 0.3), abs=0.06)


def test_a_field_that_is_filled_when_it_did_not_happen_is_suspect_too():
    fields, happened = made(6)
    fields["lost_because"] = np.where(happened, None, "price")
    assert [(one.field, one.why) for one in suspects(fields, happened, PART, YOUNG)] == [("lost_because", "presence")]


def test_fields_of_a_world_without_leaks_are_hardly_ever_suspect():
    found = [suspects(*made(seed), PART, YOUNG) for seed in range(20)]
    assert found == [[]] * 20


def test_what_tells_most_is_missed_most():
    fields, happened = made(7)
    says = fit(fields, happened, PART)
    lost = missed_without(says, fields[NEWER].reset_index(drop=True), happened[NEWER], 1)
    assert lost.index[0] == "kind" and lost["kind"] > 0.1 and abs(lost["day"]) < 0.03
