"""Public holidays of one country."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any


def public_days(country: str, state: str | None, years: Iterable[int] | None = None) -> Any:
    """Return a country's (and state's) public holidays by date, of `years` or of any year that is asked for.

    The package `holidays.countries` imports the calendars of all countries, which takes longer than reading a
    company's params; here an empty one stands in its place while the country's own module is loaded.

    Raises
    ------
    NotImplementedError
        If the country or the state is not known.
    """
    import holidays

    whole = "holidays.countries"
    if whole in sys.modules:
        return holidays.country_holidays(country, subdiv=state, years=years)
    sys.modules[whole] = ModuleType(whole)
    sys.modules[whole].__path__ = [f"{folder}/countries" for folder in holidays.__path__]
    try:
        return holidays.country_holidays(country, subdiv=state, years=years)
    finally:
        del sys.modules[whole]
