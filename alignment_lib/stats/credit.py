"""Who gets the credit when several channels were on the path to a result: six answers, and what they agree on."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

START, WON, LOST = "(start)", "(won)", "(not won)"
NONE_RECORDED = "none recorded"
RESERVED = (START, WON, LOST, NONE_RECORDED)
RULES = ("first", "last", "linear", "position", "decay")
HALF_LIFE = 7.0  # days
ENDS = 0.4  # of the credit by position for the first step, and as much for the last


def merged_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """Return the steps in order of time with repeats in a row merged into the last of them.

    Parameters
    ----------
    steps : pandas.DataFrame
        One row per step of a path: `path`, `channel`, `days_before` (before the path's end, 0 or more). Steps of
        the same time keep their order.

    Returns
    -------
    pandas.DataFrame
        The same columns, one row per run of the same channel, by path and time.

    Raises
    ------
    ValueError
        If a channel is missing or has a name that this module uses itself.
    """
    if steps["channel"].isna().any() or steps["channel"].isin(RESERVED).any():
        raise ValueError(f"each step needs a channel, by a name other than {', '.join(RESERVED)}")
    ordered = steps.iloc[np.lexsort((np.arange(len(steps)), -steps["days_before"].to_numpy(), steps["path"]))]
    following = ordered[["path", "channel"]].shift(-1)
    again = (ordered[["path", "channel"]] == following).all(axis=1)
    return ordered[~again].reset_index(drop=True)


def rule_credit(steps: pd.DataFrame, paths: pd.DataFrame) -> pd.DataFrame:
    """Return the credit of each channel by five rules: first, last, linear, position (40-20-40), time decay.

    Position: 40% first, 40% last, the rest shared by those between; two steps share half and half. Decay: a step
    seven days earlier has half the weight. Each path's value is given out in full, whatever the rule.

    Parameters
    ----------
    steps : pandas.DataFrame
        As in `merged_steps`.
    paths : pandas.DataFrame
        One row per path: `path`, `value` (of its result, in the unit of the credit; 0 if not won). A path
        without steps is credited to "none recorded".

    Returns
    -------
    pandas.DataFrame
        Indexed by `channel`, one column per rule; each column adds up to the value of all paths.

    Raises
    ------
    ValueError
        If a step belongs to no path, or a path occurs twice.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({"path": 1, "channel": ["ads", "mail", "mail", "talk"], "days_before": [21, 9, 7, 0]})
    >>> table = rule_credit(steps, pd.DataFrame({"path": [1, 2], "value": [100.0, 50.0]}))
    >>> table.loc["mail"].round(1).tolist(), table.loc["none recorded"].tolist()
    ([0.0, 0.0, 33.3, 20.0, 30.8], [50.0, 50.0, 50.0, 50.0, 50.0])
    """
    if paths["path"].duplicated().any() or not steps["path"].isin(paths["path"]).all():
        raise ValueError("each path needs one row, and each step a path")
    rows = merged_steps(steps)
    by_path = rows.groupby("path")["channel"]
    place, size = by_path.cumcount(), by_path.transform("size")
    first, last = place == 0, place == size - 1
    between = (1 - 2 * ENDS) / (size - 2).where(size > 2, 1)
    # Days count from the path's last step, or a long wait after it would underflow every weight.
    late = rows["days_before"] - rows.groupby("path")["days_before"].transform("min")
    decay = 0.5 ** (late / HALF_LIFE)
    weights = {
        "first": first * 1.0,
        "last": last * 1.0,
        "linear": 1 / size,
        "position": (1 / size).where(size <= 2, (first | last) * ENDS + ~(first | last) * between),
        "decay": decay / decay.groupby(rows["path"]).transform("sum"),
    }
    value = rows["path"].map(paths.set_index("path")["value"])
    credit = rows[["channel"]].assign(**{rule: weights[rule] * value for rule in RULES})
    table = credit.groupby("channel").sum()
    without = ~paths["path"].isin(rows["path"])
    if without.any():
        table.loc[NONE_RECORDED] = paths.loc[without, "value"].sum()
    return table


def step_counts(steps: pd.DataFrame, paths: pd.DataFrame) -> pd.DataFrame:
    """Return how often one step follows another over all paths that have steps: all that Markov needs.

    Parameters
    ----------
    steps : pandas.DataFrame
        As in `merged_steps`.
    paths : pandas.DataFrame
        One row per path: `path`, `won` (bool; False: decided and not won).

    Returns
    -------
    pandas.DataFrame
        `before` ("(start)" or a channel), `after` (a channel, "(won)" or "(not won)"), `n`.
    """
    import pandas as pd

    rows = merged_steps(steps)
    end = rows["path"].map(paths.set_index("path")["won"]).map({True: WON, False: LOST})
    before = rows.groupby("path")["channel"].shift(1).fillna(START)
    last = rows.groupby("path").cumcount(ascending=False) == 0
    moves = pd.DataFrame(
        {
            "before": pd.concat([before, rows.loc[last, "channel"]]),
            "after": pd.concat([rows["channel"], end[last]]),
        }
    )
    return moves.groupby(["before", "after"], as_index=False).size().rename(columns={"size": "n"})


def removal_credit(moves: pd.DataFrame, total: float) -> pd.Series:
    """Share a total by what would be lost without each channel (Markov chain, removal effect, exact).

    Without a channel every path that comes to it ends not won: the chance to win falls by the chance to come to
    it x the chance to win from there. Credit is in proportion to that fall. One linear solve, nothing simulated.
    Source: E. Anderl et al., Int. J. Res. Marketing 33 (2016) 457.

    Parameters
    ----------
    moves : pandas.DataFrame
        As `step_counts` returns; counts may be summed over paths in any way.
    total : float
        To be shared: the value of the paths won that have steps.

    Returns
    -------
    pandas.Series
        Credit by channel, sorted by name; adds up to the total (all 0 if no path was won).

    Raises
    ------
    ValueError
        If paths come to a channel more or less often than they leave it.

    Examples
    --------
    >>> import pandas as pd
    >>> moves = pd.DataFrame([("(start)", "ads", 3), ("(start)", "mail", 1), ("ads", "mail", 1), ("mail", "(won)", 2),
    ...                       ("ads", "(not won)", 2)], columns=["before", "after", "n"])
    >>> removal_credit(moves, 300.0).tolist()  # half of the won paths need ads, all need mail
    [100.0, 200.0]
    """
    import pandas as pd

    before, after = moves["before"].tolist(), moves["after"].tolist()
    channels = sorted({*before, *after} - {START, WON, LOST})
    rows = {name: at for at, name in enumerate([START, *channels])}
    columns = {name: at for at, name in enumerate([*channels, WON, LOST])}
    counts = np.zeros((len(rows), len(columns)))
    np.add.at(counts, ([rows[name] for name in before], [columns[name] for name in after]), moves["n"].to_numpy(float))
    out, came = counts.sum(axis=1), counts[:, : len(channels)].sum(axis=0)
    for channel, ins, outs in zip(channels, came, out[1:], strict=True):
        if not math.isclose(ins, outs, rel_tol=1e-9) or ins == 0:
            raise ValueError(f"paths come to {channel} {ins:g} times and leave it {outs:g} times")
    chance = counts / out[:, None]
    inner, size = chance[1:, : len(channels)], len(channels)
    visits = np.linalg.inv(np.eye(size) - inner)
    wins_from = visits @ chance[1:, size]
    comes_to = chance[0, :size] @ visits / np.diag(visits)
    effect = comes_to * wins_from
    share = effect / effect.sum() if effect.sum() > 0 else np.zeros(size)
    return pd.Series(total * share, index=pd.Index(channels, name="channel"), name="removal")


def credit_range(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table of credits (channel x model) with `low` and `high` over its models."""
    return table.assign(low=table.min(axis=1), high=table.max(axis=1))


def better_under_all(
    table: pd.DataFrame, leave_out: Iterable[str] = (NONE_RECORDED,)
) -> list[tuple[str, str]]:
    """Return the pairs (better, worse) of channels where the first has more credit under every model.

    A table of credit per cost (or of any figure by channel and model) answers the same for that figure.

    >>> import pandas as pd
    >>> better_under_all(pd.DataFrame({"first": [3.0, 1, 2], "last": [3.0, 2, 1]}, index=["a", "b", "c"]))
    [('a', 'b'), ('a', 'c')]
    """
    known = table.drop(index=list(leave_out), errors="ignore")
    pairs = itertools.permutations(known.index, 2)
    return [(one, other) for one, other in pairs if (known.loc[one] > known.loc[other]).all()]
