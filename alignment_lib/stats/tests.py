"""Exact tests of counts and shares, and Holm's correction for looking many times.

Two-sided p-values add up the probability of everything that is no more likely than what was counted (Fisher's
method). They are conservative: when nothing is going on, p <= a in at most a share a of cases.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

AS_LIKELY = 1 + 1e-7  # equal probabilities differ by rounding


def binomial_p(k: int, n: int, share: float) -> float:
    """Return the p-value of k of n when each happens with probability `share`.

    >>> round(binomial_p(9, 10, 0.5), 4)
    0.0215
    """
    if not 0 <= k <= n or not 0 <= share <= 1:
        raise ValueError(f"needs 0 <= k <= n and a share between 0 and 1, found {k}, {n}, {share}")
    if share in (0, 1):
        return 1.0 if k == n * share else 0.0
    i = np.arange(n + 1)
    log_p = _log_choose(n, i) + i * math.log(share) + (n - i) * math.log1p(-share)
    return _two_sided(log_p, k)


def poisson_p(count: int, expected: float) -> float:
    """Return the p-value of a count when `expected` is its mean.

    >>> round(poisson_p(3, 3.0), 4)
    1.0
    """
    if count < 0 or expected < 0:
        raise ValueError(f"needs a count and a mean of 0 or more, found {count} and {expected}")
    if expected == 0:
        return 1.0 if count == 0 else 0.0
    from scipy.special import gammaln

    i = np.arange(int(max(count, expected + 12 * math.sqrt(expected) + 40)) + 1)
    return _two_sided(i * math.log(expected) - expected - gammaln(i + 1), count)


def two_shares_p(k1: int, n1: int, k2: int, n2: int) -> float:
    """Return the p-value of k1 of n1 against k2 of n2 when both have the same share (Fisher's exact test).

    >>> round(two_shares_p(1, 10, 9, 10), 5)
    0.00109
    """
    if not (0 <= k1 <= n1 and 0 <= k2 <= n2):
        raise ValueError(f"needs 0 <= k <= n twice, found {k1} of {n1} and {k2} of {n2}")
    k, n = k1 + k2, n1 + n2
    first = max(0, k - n2)
    i = np.arange(first, min(k, n1) + 1)
    log_p = _log_choose(n1, i) + _log_choose(n2, k - i) - _log_choose(n, np.array(k))
    return _two_sided(log_p, k1 - first)


def holm(p_values: Sequence[float], level: float) -> list[bool]:
    """Say which tests hold at `level` for all of them together, in the order given.

    The smallest p is held against level / m, the next against level / (m - 1), and so on until one fails; the
    chance that any holds when nothing is going on is at most `level`, however the tests hang together.
    Source: S. Holm, Scand. J. Statist. 6 (1979) 65.

    >>> holm([0.04, 0.001, 0.03], 0.05)
    [False, True, False]
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise ValueError(
            f"p-values must lie between 0 and 1, found {[p for p in p_values if not 0 <= p <= 1]}"
        )
    holds = [False] * len(p_values)
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if p_values[index] > level / (len(p_values) - rank):
            break
        holds[index] = True
    return holds


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    from scipy.special import gammaln

    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _two_sided(log_p: np.ndarray, index: int) -> float:
    probabilities = np.exp(log_p)
    return float(min(1.0, probabilities[probabilities <= probabilities[index] * AS_LIKELY].sum()))
