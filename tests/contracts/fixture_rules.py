"""What must hold for the rows of other provinces that the rulebooks keep as fixtures: caps on inspections, discretion bands."""

from tests.contracts.vocabulary_rules import RULEBOOKS, Book, Checker


def fixture_problems(book: Book) -> list[str]:
    """What belongs to another province is marked as a fixture, and is never the book's own province's."""
    problems = []
    for name in RULEBOOKS:
        for row in (*book[name]["inspection_caps"], *book[name]["discretion_bands"]):
            own = row["province"] in (None, book[name]["province"])
            if own is bool(row["fixture"]) or (row["fixture"] and not row["unverified"]):
                problems.append(f"{name}: {row['code']} of {row['province']} passes for a rule of {book[name]['province']}")
    return problems


def cap_problems(book: Book) -> list[str]:
    """Caps are whole numbers; smelting and other enterprises have one for every standardisation grade (Shanxi, 2025)."""
    expected = {("smelting", "1"): 2, ("smelting", "2"): 4, ("smelting", "3"): 8, ("smelting", "none"): 12,
                ("other", "1"): 1, ("other", "2"): 2, ("other", "3"): 4, ("other", "none"): 6}  # fmt: skip
    rows = [row for row in book["rulebook-2026-2"]["inspection_caps"] if row["visit"] == "inspection"]
    found = {("smelting" if row["sectors"] else "other", row["standardisation_grade"]): row["maximum"] for row in rows}
    return [f"{key}: {found.get(key)}" for key in expected.keys() | found.keys() if found.get(key) != expected.get(key)]


CHECKERS: list[Checker] = [fixture_problems, cap_problems]
