"""Which cells must be hidden so that no small count can be worked out from the others. No domain words here."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

import numpy as np

Key = TypeVar("Key", bound=Hashable)


def suppressed(
    values: Mapping[Key, int],
    relations: Iterable[Mapping[Key, int]],
    least: int,
    dear: Callable[[Key], float] = lambda cell: 1.0,
) -> set[Key]:
    """Return the cells to hide: those of 1 to least - 1, and partners until none of them can be worked out.

    Answers: what must be kept back so that no small count can be solved from what is still shown?

    For each small cell a second set of counts is found that a reader cannot tell from the true one: whole numbers, 1 or
    more, that fit every relation, with the cell at least `least` - 1 higher; of all such sets the one that changes the
    least, weighed by `dear`. What differs between the two is hidden, so both print the same. That set is the proof:
    no method, however clever, narrows the cell to a range of fewer than `least` values; not all between need fit.

    Parameters
    ----------
    values : mapping
        Every cell's count, 0 or more; zero is never hidden.
    relations : iterable of mappings
        Every sum that a reader may know, as coefficients that come to 0: {whole: -1, part: 1, other part: 1}.
    least : int
        The smallest count that may be shown.
    dear : callable, optional
        How much a shown cell would be missed.

    Raises
    ------
    ArithmeticError
        If a relation does not hold, or no second set was found: then nothing may be shown.

    Examples
    --------
    >>> club = {"Leeds": 40, "Hull": 1, "York": 5, "all": 46}
    >>> sorted(suppressed(club, [{"Leeds": 1, "Hull": 1, "York": 1, "all": -1}], 5, lambda cell: club[cell]))
    ['Hull', 'York']
    """
    known = [{cell: f for cell, f in one.items() if f and values[cell]} for one in relations]
    if any(sum(f * values[cell] for cell, f in one.items()) for one in known):
        raise ArithmeticError("a relation between counts does not hold")
    small = sorted((cell for cell, value in values.items() if 0 < value < least), key=lambda c: (values[c], repr(c)))
    hidden, safe = set(small), set[Key]()
    for cell in small:
        if cell not in safe:
            cells, around = _near(cell, known)
            weights = np.array([0.001 if one in hidden else dear(one) for one in cells])
            moved = _otherwise(cell, cells, np.array([values[one] for one in cells]), around, weights, least)
            hidden |= moved.keys()
            safe |= {one for one, steps in moved.items() if abs(steps) >= least - 1}
    return hidden


def _near(cell: Key, relations: list[dict[Key, int]]) -> tuple[list[Key], list[dict[Key, int]]]:
    """Return the cells that relations join to a cell, directly or through others, and these relations."""
    found: dict[Key, None] = {cell: None}
    around: list[dict[Key, int]] = []
    rest = relations
    while joined := [one for one in rest if found.keys() & one.keys()]:
        rest = [one for one in rest if not found.keys() & one.keys()]
        around += joined
        found |= dict.fromkeys(key for one in joined for key in one)
    return list(found), around


def _otherwise(
    cell: Key, cells: list[Key], now: np.ndarray, relations: list[dict[Key, int]], weights: np.ndarray, least: int
) -> dict[Key, int]:
    """Return by how much what must change for the cell to be `least` - 1 higher while all relations hold."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    place = {key: at for at, key in enumerate(cells)}
    entries = [(row, place[key], f) for row, one in enumerate(relations) for key, f in one.items()]
    rows, columns, factors = np.array(entries, dtype=int).reshape(-1, 3).T
    sums = coo_array((np.tile(factors, 2) * np.repeat([1, -1], len(factors)),
                      (np.tile(rows, 2), np.concatenate([columns, columns + len(cells)]))),
                     shape=(max(len(relations), 1), 2 * len(cells))).tocsr()  # fmt: skip
    up_from = np.zeros(2 * len(cells))
    down_to = np.concatenate([np.full(len(cells), np.inf), now - 1.0])
    down_to[len(cells) + place[cell]] = 0
    # without the demand for whole numbers it is fast, and for one rise or the next mostly gives them
    for whole, rise in (*((0, least - 1 + more) for more in range(2 * least)), (1, least - 1)):
        up_from[place[cell]] = rise
        found = milp(np.tile(weights, 2), integrality=np.full(2 * len(cells), whole), bounds=Bounds(up_from, down_to),
                     constraints=LinearConstraint(sums, 0, 0), options={"mip_rel_gap": 0.5})  # fmt: skip
        if found.x is None:
            continue
        moved = np.rint(found.x[: len(cells)] - found.x[len(cells) :]).astype(int)
        fits = not (sums[:, : len(cells)] @ moved).any() and (now + moved >= 1).all()
        if fits and moved[place[cell]] >= least - 1:
            return {key: int(moved[at]) for key, at in place.items() if moved[at]}
    raise ArithmeticError("no second set of counts was found")
