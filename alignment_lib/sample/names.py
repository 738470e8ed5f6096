"""Made-up names of people; no one of them exists, and no page may ever show one."""

FIRST_NAMES = (
    "Ada", "Alan", "Amira", "Anouk", "Ben", "Bea", "Carlos", "Chloe", "Dario", "Dina", "Edith", "Emil", "Fay",
    "Finn", "Gina", "Hugo", "Ida", "Ivan", "Jada", "Jonas", "Karim", "Kira", "Lena", "Leo", "Mila", "Milo", "Nadia",
    "Nils", "Olga", "Omar", "Paula", "Pete", "Quinn", "Rafa", "Rita", "Sami", "Sara", "Theo", "Uma", "Vera", "Will",
    "Yara", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Bauer", "Castro", "Dietz", "Egan", "Faber", "Grünwald", "Hale", "Ibarra", "Jansen", "Keller", "Lund",
    "Müller", "Nash", "Ortiz", "Peña", "Quirk", "Rossi", "Sørensen", "Tanaka", "Ueda", "Vogel", "Weiss", "Yilmaz",
    "Zander", "D'Arcy", "O'Neill", "Le Roux", "Van Dyk",
)  # fmt: skip
