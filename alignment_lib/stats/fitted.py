"""A score fitted on older cases and held against newer ones, from fields that are words or unknown.

scikit-learn is imported when a score is fitted and not before: it takes longer than all the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment_lib.stats.calibration import auc
from alignment_lib.stats.tests import two_shares_p

RARE = 30  # a word that fewer of the fitted cases have tells nothing
UNKNOWN = "(not known)"
PRESENCE, VALUES = 0.80, 0.90  # chance of the right order from which a field alone tells too much
GROWS, SURE = 0.10, 0.001  # how much more often a field is filled in old cases, and how unlikely by chance


@dataclass(frozen=True)
class Suspect:
    """A field that seems to know the end: `why` is "presence", "values" or "age".

    `found` is the chance of the right order from presence or values alone, or the filled share of old cases; `against`
    is the filled share of young ones.
    """

    field: str
    why: str
    found: float
    against: float = float("nan")


def fit(fields: pd.DataFrame, happened: np.ndarray, part: np.ndarray) -> Callable[[pd.DataFrame], np.ndarray]:
    """Fit a score: logistic regression over the words of the fields, then set to shares on cases it has not seen.

    Parameters
    ----------
    fields : pandas.DataFrame, shape (cases, fields)
        Words; a missing one is a word of its own.
    happened : numpy.ndarray of bool, shape (cases,)
        Whether it happened.
    part : numpy.ndarray of int, shape (cases,)
        0 for the cases that it is fitted on, 1 for those that set its shares (Platt); others are not looked at.

    Returns
    -------
    callable
        Takes a frame of the same fields and returns the share that it says of each row, 0 to 1.

    Notes
    -----
    Source: J. Platt, Advances in Large Margin Classifiers (1999) 61.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    words = {}
    for name in fields:
        codes, kinds = _words_of(fields[name])
        counts = np.bincount(codes[part == 0], minlength=len(kinds))
        words[name] = sorted(kind for kind, count in zip(kinds, counts, strict=True) if count >= RARE)

    def encoded(rows: pd.DataFrame) -> np.ndarray:
        columns = []
        for name, known in words.items():
            codes, kinds = _words_of(rows[name])
            columns.append((kinds[:, None] == np.array(known, dtype=object))[codes])
        return np.hstack(columns).astype(float)

    with threadpool_limits(1):  # the same on any number of cores, and sooner: the tables are small
        model = LogisticRegression(max_iter=500).fit(encoded(fields[part == 0]), happened[part == 0])
        middle = model.decision_function(encoded(fields[part == 1]))
        shares = LogisticRegression(C=1e6).fit(middle[:, None], happened[part == 1])

    def says(rows: pd.DataFrame) -> np.ndarray:
        said: np.ndarray = shares.predict_proba(model.decision_function(encoded(rows))[:, None])[:, 1]
        return said

    return says


def _words_of(field: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of each case's word among the different words, and these; the last one is UNKNOWN."""
    cells = pd.Categorical(field)
    kinds = np.array([*cells.categories, UNKNOWN], dtype=object)
    return np.where(cells.codes < 0, len(kinds) - 1, cells.codes), kinds


def suspects(
    fields: pd.DataFrame, happened: np.ndarray, part: np.ndarray, young: np.ndarray
) -> list[Suspect]:
    """Return the fields that seem to be filled after the fact, which a score must not be given.

    A field is suspect if it being filled tells the end by itself (chance of the right order above 80%, either way), if
    its words do so (above 90%), or if old cases have it filled far more often than young ones (10 points, p < 0.001).

    Parameters
    ----------
    fields : pandas.DataFrame, shape (cases, fields)
        Words, or missing.
    happened, part : numpy.ndarray, shape (cases,)
        As in `fit`; cases of part 0 and 1 give the share of each word, cases of part 2 are tested. Young cases are in
        no part (-1).
    young : numpy.ndarray of bool, shape (cases,)
        Cases whose end is still open because they are new.
    """
    found = []
    test, older = part == 2, (part == 0) | (part == 1)
    for name in map(str, fields):
        codes, kinds = _words_of(fields[name])
        filled = codes < len(kinds) - 1
        present = _tells(filled.astype(float), happened, test)
        cases, ends = (np.bincount(codes[older], weight, len(kinds)) for weight in (None, happened[older]))
        share = np.where(cases > 0, ends / np.maximum(cases, 1), happened[older].mean())
        values = _tells(share[codes], happened, test)
        old = test & ~young
        (k_old, n_old), (k_young, n_young) = ((int(filled[age].sum()), int(age.sum())) for age in (old, young))
        grown = k_old / n_old - k_young / n_young if n_old and n_young else 0.0
        if max(present, 1 - present) > PRESENCE:
            found.append(Suspect(name, "presence", max(present, 1 - present)))
        elif values > VALUES:
            found.append(Suspect(name, "values", values))
        elif grown >= GROWS and two_shares_p(k_old, n_old, k_young, n_young) < SURE:
            found.append(Suspect(name, "age", k_old / n_old, k_young / n_young))
    return found


def _tells(score: np.ndarray, happened: np.ndarray, where: np.ndarray) -> float:
    area = auc(score[where], np.ones(where.sum(), dtype=int), happened[where].astype(int))
    return 0.5 if area is None else area.value


def missed_without(
    says: Callable[[pd.DataFrame], np.ndarray], fields: pd.DataFrame, happened: np.ndarray, seed: int
) -> pd.Series:
    """Return how much of the right order is lost when one field's words are dealt out anew, by field, most first.

    >>> fields = pd.DataFrame({"a": list("xxyy") * 50, "b": ["z"] * 200})
    >>> happened = (fields["a"] == "x").to_numpy()
    >>> lost = missed_without(lambda rows: (rows["a"] == "x").to_numpy(float), fields, happened, 1)
    >>> bool(lost["a"] > 0.4), float(lost["b"])
    (True, 0.0)
    """
    everywhere = np.ones(len(fields), dtype=bool)
    whole, lost = _tells(says(fields), happened, everywhere), {}
    for name in fields:
        dealt = fields[name].to_numpy()[np.random.default_rng(seed).permutation(len(fields))]
        lost[name] = whole - _tells(says(fields.assign(**{str(name): dealt})), happened, everywhere)
    return pd.Series(lost, dtype="float64").sort_values(ascending=False, kind="stable")
