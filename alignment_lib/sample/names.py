"""Made-up people: none of them exists, and no page may ever show one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .world import DAY, Texts, World

FIRST_NAMES = (
    "Ada", "Alan", "Amira", "Anouk", "Ben", "Bea", "Carlos", "Chloe", "Dario", "Dina", "Edith", "Emil", "Fay",
    "Finn", "Gina", "Hugo", "Ida", "Ivan", "Jada", "Jonas", "Karim", "Kira", "Lena", "Leo", "Mila", "Milo",
    "Nadia", "Nils", "Olga", "Omar", "Paula", "Pete", "Quinn", "Rafa", "Rita", "Sami", "Sara", "Theo", "Uma",
    "Vera", "Will", "Yara", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Bauer", "Castro", "Dietz", "Egan", "Faber", "Grünwald", "Hale", "Ibarra", "Jansen", "Keller",
    "Lund", "Müller", "Nash", "Ortiz", "Peña", "Quirk", "Rossi", "Sørensen", "Tanaka", "Ueda", "Vogel",
    "Weiss", "Yilmaz", "Zander", "D'Arcy", "O'Neill", "Le Roux", "Van Dyk",
)  # fmt: skip


def people(world: World, leads: pd.DataFrame) -> dict[str, Texts]:
    """Return names, addresses and numbers by heading; a few people ask again after seven months or more."""
    rng = world.rng("people")
    n = len(leads)
    person = np.arange(n)
    created = leads["created"].to_numpy()
    later = np.searchsorted(created, created + 200 * DAY)
    again = np.flatnonzero((rng.random(n) < 0.025) & (later < n - 1))
    person[np.minimum(later[again] + rng.integers(0, 900, len(again)), n - 1)] = person[again]
    first = np.asarray(FIRST_NAMES)[person * 7919 % len(FIRST_NAMES)]
    last = np.asarray(LAST_NAMES)[person * 104729 % len(LAST_NAMES)]
    number = person.astype(str)
    mail = np.char.add(np.char.add(np.char.lower(first), np.char.add(".", number)), "@example.com")
    phone = [f"({200 + p // 100}) 555-01{p % 100:02d}" for p in person]
    return {
        "First Name": first, "Last Name": last,
        "Email": np.where(person % 13 == 0, "", mail), "Phone Number": np.asarray(phone),
    }  # fmt: skip
