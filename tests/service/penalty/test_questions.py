"""Several questions in one statement, and rulebooks that a process keeps."""

from __future__ import annotations

from datetime import date

from services.penalty.queries.books import KEPT, Book, BooksOn
from services.penalty.queries.rows import together
from tests.service.penalty.bureau import Bureau, document

DAY = date(2021, 9, 10)


async def told(bureau: Bureau, asked: BooksOn) -> dict[date, Book | None]:
    [rows] = await together(bureau.service.connection.fetch, asked.question)
    return dict(asked.told(rows))


async def publish(bureau: Bureau, version: str, title: str, valid_from: str) -> None:
    book = {**document("rulebook-2021.json"), "version": version, "title": title, "valid_from": valid_from, "valid_to": None}
    head = {key: book[key] for key in ("rulebook", "version", "valid_from", "valid_to", "province")}
    await bureau.hears("registry", "rulebook-published", {**head, "content": book}, f"rulebook:{version}", "nanchang")


async def test_each_question_is_answered_by_its_own_parameters(bureau: Bureau) -> None:
    many = "SELECT unnest(ARRAY[$1::int, $2, $3, $4, $5, $6, $7, $8, $9, $10]) AS n"
    answers = await together(
        bureau.service.connection.fetch, (many, tuple(range(10))), ("SELECT 1 AS n WHERE $1::text IS NULL", ("x",)),
        ("SELECT $2::text AS second, $1::date AS first", (DAY, '"$1"')),
    )  # fmt: skip
    assert answers == [[{"n": n} for n in range(10)], [], [{"second": '"$1"', "first": "2021-09-10"}]]


async def test_a_rulebook_published_anew_is_read_anew_and_one_that_is_known_is_not_sent_again(bureau: Bureau) -> None:
    await publish(bureau, "kept.1", "甲", "2021-09-01")
    first = await told(bureau, BooksOn(DAY))
    asked = BooksOn(DAY)
    [rows] = await together(bureau.service.connection.fetch, asked.question)
    assert [row["content"] for row in rows] == [None]
    assert asked.told(rows)[DAY] is first[DAY]
    await publish(bureau, "kept.1", "乙", "2021-09-01")
    later = await told(bureau, BooksOn(DAY))
    assert [(book.content["title"] if book else None) for book in (first[DAY], later[DAY])] == ["甲", "乙"]


async def test_an_answer_holds_whatever_is_kept_by_then(bureau: Bureau) -> None:
    before = date(1999, 1, 1)
    await publish(bureau, "kept.2", "甲", "2021-09-01")
    await told(bureau, BooksOn(DAY))
    asked = BooksOn(DAY, before)
    [rows] = await together(bureau.service.connection.fetch, asked.question)
    for number in range(KEPT + 1):
        await publish(bureau, f"kept.3.{number}", f"{number}", "2021-09-02")
        await told(bureau, BooksOn(DAY))
    found = asked.told(rows)
    assert [(book.content["title"] if book else None) for book in (found[before], found[DAY])] == [None, "甲"]
