"""What must hold in the vocabulary: each checker returns the problems it found in the loaded files."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

Row = dict[str, Any]
Book = dict[str, Row]
Checker = Callable[[Book], list[str]]

RULEBOOKS = ("rulebook-2021", "rulebook-2023", "rulebook-2025", "rulebook-2026", "rulebook-2026-2", "rulebook-2026-3")
FILES = ("jurisdictions", "catalogue-2021", "forms-2016", *RULEBOOKS)
RULEBOOK_OF = {"catalogue-2021": "rulebook-2021", "forms-2016": "rulebook-2021", **{name: name for name in RULEBOOKS}}
CONFIDENCE = {"found", "recalled-high", "recalled-medium", "recalled-low", "reconstructed", "inferred"}
KEY_ITEMS = {"STL": 8, "ALU": 7, "DST": 6, "CSP": 4}
WORKING_DAY_LENGTHS = {"APL": {2, 3, 5, 7}, "ACL": set(range(1, 11)), "ARL": {3, 5, 7, 10}}
PERSON_ONLY_OVERDUE = {"97", "99", "101", "102"}
PILOT_DAY = "2021-06-01"


def walk(node: Any, path: str = "") -> Iterator[tuple[str, Row]]:
    """Yield every object below `node` with its path."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from walk(value, f"{path}.{key}")
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from walk(value, f"{path}[{position}]")


def references(node: Any) -> Iterator[tuple[str, Row]]:
    """Yield every legal reference below `node` with its path."""
    return ((path, row) for path, row in walk(node) if {"law", "version", "article"} <= row.keys())


def valid_on(row: Row, day: str) -> bool:
    """Whether the row is valid on an ISO day; null bounds are open."""
    return (row["valid_from"] or "") <= day <= (row["valid_to"] or "9999-12-31")


def laws_of(book: Book, name: str) -> dict[tuple[str, str], Row]:
    """The citable law versions of the rulebook that governs a file, by (id, version)."""
    return {(law["id"], law["version"]): law for law in book[RULEBOOK_OF[name]]["laws"]}


def items_of(book: Book) -> list[Row]:
    """All items of the 2021 catalogue."""
    items: list[Row] = book["catalogue-2021"]["items"]
    return items


def key_item_problems(book: Book) -> list[str]:
    """25 key items, 8 + 7 + 6 + 4; steel and dust found, aluminium recalled, confined space reconstructed."""
    keys = [item for item in items_of(book) if item["key_item_code"] is not None]
    expected = {f"{prefix}-K{number}" for prefix, count in KEY_ITEMS.items() for number in range(1, count + 1)}
    problems = [f"{code}: missing or unknown key item" for code in expected ^ {item["code"] for item in keys}]
    marks = {"STL": "found", "DST": "found", "ALU": "recalled-medium", "CSP": "reconstructed"}
    for item in keys:
        if item["key_item_code"] != item["code"] or item["confidence"] != marks.get(item["code"][:3]):
            problems.append(f"{item['code']}: wrong key code or confidence")
    return problems


def item_problems(book: Book) -> list[str]:
    """Item codes are unique and no item lacks a text, a basis, a measure or a penalty."""
    counts = Counter(item["code"] for item in items_of(book))
    problems = [f"{code}: {count} times" for code, count in counts.items() if count > 1]
    for item in items_of(book):
        needed = ("title", "check_points", "method", "finding_text", "basis", "onsite_measure", "penalty", "applies_if")
        problems += [f"{item['code']}: no {field}" for field in needed if not item.get(field)]
        immediate = item["onsite_measure"].get("kind") == "immediate-correction"
        if immediate != (item["onsite_measure"].get("default_days") == 0):
            problems.append(f"{item['code']}: days do not fit the measure")
    return problems


def coverage_problems(book: Book) -> list[str]:
    """On every day of its validity an item has a basis and a basis for its measure; a penalty from 2021-09-01."""
    problems = []
    for item in items_of(book):
        for day in ("2021-01-01", "2021-08-31", "2021-09-01", "2022-12-31"):
            if not valid_on(item, day):
                continue
            bases = {"basis": item["basis"], "measure": item["onsite_measure"]["basis"]}
            without = [what for what, rows in bases.items() if not any(valid_on(row, day) for row in rows)]
            problems += [f"{item['code']}: no {what} on {day}" for what in without]
            if any(valid_on(row, day) for row in item["penalty"]) != (day >= "2021-09-01"):
                problems.append(f"{item['code']}: penalty wrong on {day}")
    return problems


def predicate_problems(book: Book) -> list[str]:
    """`applies_if` names only sectors, equipment kinds, fields and operators that exist and fit each other."""
    terms = book["catalogue-2021"]["register_terms"]
    problems = []
    for item in items_of(book):
        predicate = item["applies_if"]
        unknown = set(predicate) - {"sector", "equipment_kind", "field"}
        unknown |= set(predicate["sector"]) - terms["sectors"].keys()
        for kind in predicate.get("equipment_kind", []):
            if terms["equipment_kinds"].get(kind, {}).get("sector") not in predicate["sector"]:
                unknown.add(kind)
        for field, test in predicate.get("field", {}).items():
            unknown |= {field} - terms["fields"].keys() | test.keys() - {"eq", "in", "min", "max"}
        problems += [f"{item['code']}: unknown {term}" for term in unknown]
    return problems


def within(penalty: Row, allowed: Row) -> bool:
    """Whether a catalogue penalty lies inside one range of the rulebook."""
    provision = penalty["provision"]
    same = all(provision[key] == allowed[key] for key in ("law", "version", "article", "paragraph"))
    same = same and all(penalty[key] == allowed[key] for key in ("phase", "subject"))
    inside = allowed["min_fen"] <= penalty["min_fen"] <= penalty["max_fen"] <= allowed["max_fen"]
    return same and inside and set(penalty["other_kinds"]) <= set(allowed["other_kinds"])


def penalty_problems(book: Book) -> list[str]:
    """Every penalty lies inside the statutory range of its article, phase and subject."""
    ranges = book["rulebook-2021"]["ranges"]
    rows = [(item["code"], penalty) for item in items_of(book) for penalty in item["penalty"]]
    problems = [f"{code}: {p['provision']['article']} {p['phase']} {p['subject']} outside the range"
                for code, p in rows if not any(within(p, allowed) for allowed in ranges)]  # fmt: skip
    return problems


def range_problems(book: Book) -> list[str]:
    """Integer fen, ordered, unique; persons are fined under 安全生产法 2021 97/99/101/102 only when overdue."""
    problems = []
    for name in RULEBOOKS:
        keys = ("law", "version", "article", "paragraph", "phase", "subject", "grade")
        counts = Counter(tuple(row[key] for key in keys) for row in book[name]["ranges"])
        problems += [f"{name}: {key} twice" for key, count in counts.items() if count > 1]
        for row in book[name]["ranges"]:
            integers = type(row["min_fen"]) is int and type(row["max_fen"]) is int
            if not integers or not 0 <= row["min_fen"] <= row["max_fen"]:
                problems.append(f"{name}: {row['article']} not a range of fen")
            if (
                row["law"] == "WSL"
                and row["article"] in PERSON_ONLY_OVERDUE
                and (row["subject"], row["phase"]) == ("person", "first")
            ):
                problems.append(f"{name}: {row['article']} fines a person at once")
            unknown = set(row["other_kinds"]) - book[name]["penalty_kinds"].keys()
            problems += [f"{name}: unknown kind {kind}" for kind in unknown]
    return problems


def citation_problems(book: Book) -> list[str]:
    """Every cited provision exists in the named law version of the file's rulebook."""
    problems = []
    for name in RULEBOOK_OF:
        laws = laws_of(book, name)
        for path, cited in references(book[name]):
            law = laws.get((cited["law"], cited["version"]))
            provision = law and law["articles"].get(cited["article"])
            if law is None or provision is None:
                problems.append(f"{name}{path}: {cited['law']} {cited['version']} {cited['article']} does not exist")
                continue
            if int(cited["article"]) > (law["highest_article"] or 10**6):
                problems.append(f"{name}{path}: article beyond the last")
            if cited.get("item") is not None and cited["item"] not in (provision["items"] or [cited["item"]]):
                problems.append(f"{name}{path}: no such item")
            if cited.get("paragraph") is not None and cited["paragraph"] > (provision["paragraphs"] or 99):
                problems.append(f"{name}{path}: no such paragraph")
    return problems


def force_problems(book: Book) -> list[str]:
    """A dated row cites a law version in force from its first to its last day (or the book's), or is carried over."""
    problems = []
    for name in ("catalogue-2021", *RULEBOOKS):
        laws = laws_of(book, name)
        for path, row in walk(book[name]):
            cited = row.get("provision") or row.get("basis") or row
            exempt = row.get("status") in ("carried-over", "historical") or "earlier_basis" in row
            if not isinstance(cited, dict) or "article" not in cited or not row.get("valid_from") or exempt:
                continue
            law = laws[(cited["law"], cited["version"])]
            last = row["valid_to"] or book[name]["valid_to"] or "9999-12-31"
            if not (valid_on(law, row["valid_from"]) and valid_on(law, last)):
                problems.append(f"{name}{path}: {cited['law']} {cited['version']} not in force throughout")
    return problems


def future_law_problems(book: Book) -> list[str]:
    """The 2021 catalogue cites no law version in force only from 2023 on."""
    laws = {**laws_of(book, "rulebook-2026"), **laws_of(book, "rulebook-2021")}
    cited = {(row["law"], row["version"]) for _, row in references(book["catalogue-2021"])}
    return [f"{key} is later" for key in sorted(cited) if key not in laws or laws[key]["valid_from"] >= "2023-01-01"]


def jurisdiction_problems(book: Book) -> list[str]:
    """13 county-level units under the city in 2021, 9 with a national code; the doubtful ones are marked."""
    rows = book["jurisdictions"]["jurisdictions"]
    units = [row for row in rows if row["parent"] == "nanchang" and valid_on(row, PILOT_DAY)]
    cities = [row for row in rows if (row["id"], row["kind"], row["national_code"]) == ("nanchang", "city", "360100")]
    problems = []
    if len(units) != 13 or len(cities) != 1 or sum(row["national_code"] is not None for row in units) != 9:
        problems.append(f"{len(units)} units, {len(cities)} cities")
    for field in ("id", "name", "organ_id", "national_code"):
        counts = Counter(row[field] for row in rows if row[field] is not None)
        problems += [f"{field} {value} twice" for value, count in counts.items() if count > 1]
    for row in rows:
        if (not row["unverified"] and row["national_code"] is None) or not row["document_abbreviation_unverified"]:
            problems.append(f"{row['id']}: passes for verified")
        plain = re.fullmatch(r"[a-z]+(-[a-z]+)*", row["id"])
        if not plain or not row["organ"] or row["organ_id"] != f"{row['id']}-emb":
            problems.append(f"{row['id']}: bad id or organ")
    return problems


def mark_problems(book: Book) -> list[str]:
    """A confidence is a known one, has a source, and anything but `found` is marked unverified."""
    problems = []
    for name in FILES:
        for path, row in walk(book[name]):
            marks = {row[key] for key in row if key == "confidence" or key.endswith("_confidence")}
            problems += [f"{name}{path}: {mark}" for mark in marks - CONFIDENCE - {None}]
            if "unverified" in row and (not row.get("source") or row.get("confidence") not in CONFIDENCE):
                problems.append(f"{name}{path}: no source or confidence")
            if row.get("confidence", "found") != "found" and row.get("unverified", True) is not True:
                problems.append(f"{name}{path}: {row['confidence']} passes for verified")
    return problems


def unmarked_problems(book: Book) -> list[str]:
    """Every row of the lists that carry facts has confidence, source and unverified."""
    lists: dict[str, list[str]] = {
        "jurisdictions": ["jurisdictions"],
        "catalogue-2021": ["items"],
        "forms-2016": ["items"],
    }
    sections = ["laws", "deadlines", "thresholds", "ranges", "income_ranges", "multiple_ranges", "boundary", "rules",
                "mitigation_grounds", "ordering_guards", "closing_guards", "decision_contents", "inspection_caps",
                "discretion_bands"]  # fmt: skip
    single = [
        "surcharge",
        "continuing_fine",
        "payment",
        "officers",
        "hearing",
        "legal_review",
        "apportionment",
        "inspection",
        "planning",
        "case_limit",
    ]
    problems = []
    for name in FILES:
        rows = [row for section in lists.get(name, sections) for row in book[name][section]]
        rows += [book[name][section] for section in single if name in RULEBOOKS]
        unmarked = [row for row in rows if not {"confidence", "source", "unverified"} <= row.keys()]
        problems += [f"{name}: {row.get('code', row)} unmarked" for row in unmarked]
    return problems


def timer_problems(book: Book) -> list[str]:
    """Every timer exists in both rulebooks, and the validities of one code do not overlap."""
    timers = {f"T{number:02}" for number in range(1, 30)} | {"R01", "R02", "R03"}
    problems = []
    for name in RULEBOOKS:
        rows = book[name]["deadlines"]
        problems += [f"{name}: no {timer}" for timer in sorted(timers - {row["timer"] for row in rows})]
        for row in rows:
            same = [other for other in rows if other["code"] == row["code"] and other is not row]
            problems += [f"{name}: {row['code']} overlaps" for other in same if valid_on(other, row["valid_from"])]
    return problems


def unit_is_wrong(row: Row) -> bool:
    """Short periods are working days (行政处罚法 85, 行政强制法 69, 行政复议法 88), long ones are not."""
    law = (row["basis"] or {}).get("law", "")
    in_days = row["unit"] in ("calendar-day", "working-day") and row["kind"] != "recurring"
    if not in_days or law not in WORKING_DAY_LENGTHS:
        return False
    short: bool = row["length"] in WORKING_DAY_LENGTHS[law]
    return short is not bool(row["unit"] == "working-day")


def rolling_is_wrong(row: Row) -> bool:
    """Rolling to a working day needs a basis, and a count of working days never rolls."""
    rolls: bool = row["rolls_to_working_day"]
    counts_working_days: bool = row["unit"] == "working-day"
    return (rolls and counts_working_days) or rolls != (row["roll_basis"] is not None)


def deadline_problems(book: Book) -> list[str]:
    """Units, rolling, basis and names of every deadline."""
    problems = []
    for name in RULEBOOKS:
        for row in book[name]["deadlines"]:
            wrong = {
                "unit": unit_is_wrong(row),
                "rolls": rolling_is_wrong(row),
                "basis": row["basis"] is None and row["confidence"] == "found",
                "length": row["length"] < (0 if row["trigger"] == "hazard-found" else 1) or row["count"] == 0,  # 0: the same day
                row["trigger"]: row["trigger"] not in book[name]["triggers"],
                row["on_expiry"]: row["on_expiry"] not in book[name]["expiries"],
            }
            problems += [f"{name}: {row['code']} {what}" for what, is_wrong in wrong.items() if is_wrong]
    return problems


def order_15_problems(book: Book) -> list[str]:
    """From 2026 nothing resting on the repealed Order 15 passes for law in force; Order 18 has no citable article."""
    problems = []
    for name in (name for name in RULEBOOKS if book[name]["valid_from"] >= "2026"):
        for path, row in walk(book[name]):
            cited = row.get("basis")
            rests_on_it = isinstance(cited, dict) and cited.get("law") == "ORDER-15"
            openly = row.get("status") in ("carried-over", "historical") and row.get("unverified") is True
            if rests_on_it and not openly:
                problems.append(f"{name}{path}: Order 15 passes for law in force")
        order_18 = [law for law in book[name]["laws"] if law["id"] == "ORDER-18"]
        problems += [f"{name}: Order 18 has articles"] * (len(order_18) != 1 or bool(order_18 and order_18[0]["articles"]))
    return problems


def threshold_problems(book: Book) -> list[str]:
    """Hearing amounts (江西省行政处罚听证程序规定 2), simple procedure and cash (行政处罚法 51, 68)."""
    expected = [
        ("hearing", "360000", "unit", "fine", "gte", 2_000_000),
        ("hearing", "360000", "citizen", "fine", "gte", 300_000),
        ("simple-procedure", None, "unit", "fine", "lte", 300_000),
        ("simple-procedure", None, "citizen", "fine", "lte", 20_000),
        ("cash-on-the-spot", None, "any", "fine", "lte", 10_000),
    ]
    keys = ("code", "province", "party", "measure", "comparison", "amount_fen")
    problems = []
    for name in RULEBOOKS:
        have = {tuple(row[key] for key in keys) for row in book[name]["thresholds"]}
        problems += [f"{name}: {row} missing" for row in expected if row not in have]
        surcharge, share = book[name]["surcharge"], book[name]["apportionment"]
        if (surcharge["rate_permille_per_day"], surcharge["cap_percent"], book[name]["officers"]["minimum"]) != (
            30,
            100,
            2,
        ):
            problems.append(f"{name}: surcharge or officers")
        if (share["share_numerator"], share["share_denominator"], share["rounding"], share["per"]) != (
            1,
            4,
            "half-up",
            "district",
        ):
            problems.append(f"{name}: apportionment")
        if not book[name]["planning"]["unverified"] or not 0 < book[name]["planning"]["key_share_percent"] <= 100:
            problems.append(f"{name}: planning")
        codes = {row["code"] for row in book[name]["deadlines"]}
        steps = {step["deadline"] for step in book[name]["case_limit"]["steps"]}
        problems += [f"{name}: no {code}" for code in steps - codes]
    return problems


def form_problems(book: Book) -> list[str]:
    """48 forms numbered 1 to 48; inspection owns 2 to 23; internal forms are approved, external ones addressed."""
    forms = book["forms-2016"]["items"]
    problems = ["numbers"] * ([form["no"] for form in forms] != list(range(1, 49)))
    for form in forms:
        if (form["service"] == "inspection") != (2 <= form["no"] <= 23) or (form["kind"] == "external") != bool(
            form["addressee"]
        ):
            problems.append(f"form {form['no']}: owner or addressee")
        roles = set(form["approval"]) | set(form["signatures"])
        problems += [f"form {form['no']}: unknown role {role}" for role in roles - book["forms-2016"]["roles"].keys()]
        if form["kind"] == "external" and not form["signatures"]:
            problems.append(f"form {form['no']}: nobody signs")
    return problems


CHECKERS: list[Checker] = [
    key_item_problems,
    item_problems,
    coverage_problems,
    predicate_problems,
    penalty_problems,
    range_problems,
    citation_problems,
    force_problems,
    future_law_problems,
    jurisdiction_problems,
    mark_problems,
    unmarked_problems,
    timer_problems,
    deadline_problems,
    order_15_problems,
    threshold_problems,
    form_problems,
]
