"""Values that several questions ask for are worked out once per month."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

import pandas as pd

if TYPE_CHECKING:
    from .month import MonthData

More = ParamSpec("More")
Value = TypeVar("Value")


def once(
    function: Callable[Concatenate[MonthData, More], Value],
) -> Callable[Concatenate[MonthData, More], Value]:
    """Keep what a function returns as long as its month lives; further arguments must be hashable.

    A frame is handed out as a lazy copy, so that nobody changes another's; what is no frame must not be changed.
    """
    known: WeakKeyDictionary[MonthData, dict[Any, Any]] = WeakKeyDictionary()

    @wraps(function)
    def kept(month: MonthData, *args: More.args, **kwargs: More.kwargs) -> Value:
        values = known.setdefault(month, {})
        key = (args, tuple(kwargs.items()))
        if key not in values:
            values[key] = function(month, *args, **kwargs)
        value = values[key]
        return cast(Value, value.copy(deep=False)) if isinstance(value, pd.DataFrame | pd.Series) else value

    return kept
