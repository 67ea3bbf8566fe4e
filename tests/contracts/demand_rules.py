"""What must hold for the demands on a visit and on a plan that a rulebook makes beside its article: each has its own mark."""

from tests.contracts.vocabulary_rules import CONFIDENCE, RULEBOOKS, Book, Checker, Row

DEMANDS = {
    "inspection": {"plan_review_required": "plan_review", "notice_required": "notice", "meetings_required": "meetings",
                   "presence_required": "presence"},
    "planning": {"key_risk_grades": "key_risk_grades"},
}  # fmt: skip
MEETINGS = {"opening", "closing"}
PARTS = {"unit-head", "safety-manager", "operator", "other"}


def demand_problems(book: Book) -> list[str]:
    """Each demand says how it is known and from where; meetings, people and risk grades are ones that exist."""
    problems = []
    for name in RULEBOOKS:
        for section, demands in DEMANDS.items():
            row = book[name][section]
            problems += [
                f"{name}: {field} unmarked" for field, mark in demands.items() if field in row and not _marked(row, mark)
            ]
        problems += _unknown(name, book[name])
    return problems


def _marked(row: Row, mark: str) -> bool:
    known = row.get(f"{mark}_confidence") in CONFIDENCE and bool(row.get(f"{mark}_source"))
    return known and (row[f"{mark}_confidence"] == "found" or row.get(f"{mark}_unverified") is True)


def _unknown(name: str, content: Row) -> list[str]:
    grades = {band["grade"] for band in content.get("register", {}).get("grading", {}).get("bands", ())}
    found = (
        ("meetings_required", set(content["inspection"].get("meetings_required", ())) - MEETINGS),
        ("presence_required", set(content["inspection"].get("presence_required", ())) - PARTS),
        ("key_risk_grades", set(content["planning"].get("key_risk_grades", ())) - grades),
    )
    return [f"{name}: {field} {word} unknown" for field, words in found for word in sorted(words)]


def newest_problems(book: Book) -> list[str]:
    """The book in force makes every demand that the platform knows."""
    newest = book[RULEBOOKS[-1]]
    return [f"{field} not demanded" for section, of in DEMANDS.items() for field in of if not newest[section].get(field)]


CHECKERS: list[Checker] = [demand_problems, newest_problems]
