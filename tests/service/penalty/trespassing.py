"""A bureau in which each command is first tried by everybody who may not give it: nothing changes, and the answer says why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from contracts.permissions import Operation as Endpoint
from contracts.permissions import permissions_of
from tests.service.penalty.bureau import CASE, HANDLERS, Bureau
from tests.service.test_permissions import ENDPOINTS, EVERY_ROLE

AWAY = "o-qian"
"""Who was told to keep away from the case."""
COUNT = "SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM pending)"
POSTED = [endpoint for endpoint in ENDPOINTS if (endpoint.service, endpoint.method) == ("penalty", "POST")]
APPROVING = frozenset({"approver", "legal-reviewer"})


def endpoint_of(path: str) -> Endpoint:
    """The operation that a path is posted to."""
    for endpoint in POSTED:
        if endpoint.route.path_regex.match(path):
            return endpoint
    raise LookupError(path)


@dataclass
class Trespassers(Bureau):
    """Everything that this bureau posts is posted by others before."""

    tried: set[str] = field(default_factory=set)
    slips: list[str] = field(default_factory=list)
    keeping_away: bool = False
    acted: dict[str, str] = field(default_factory=dict)

    def client(self, role: str) -> Any:
        """A person of Donghu with one role, whose commands are watched."""
        return Watched(self, role, super().client(role))

    async def file(self, case_id: str = CASE) -> Any:
        """As in any bureau; one of three handlers then has to keep away, and is replaced."""
        await self.enrol(AWAY, "JX77", "2024-12-31")
        self.until("2021-09-08")
        officers = [{"officer_id": officer_id} for officer_id in (*HANDLERS, AWAY)]
        request = {"cause": "未使用固定式龙门钩案", "officers": officers, "opinion": "建议立案"}
        await self.post("officer", "filing-requests", request, case_id=case_id)
        answer = await self.post("approver", "filings", case_id=case_id)
        asked = {"officer_id": AWAY, "office": "handler", "reason": "与当事人有利害关系"}
        await self.post("officer", "recusal-requests", asked, case_id=case_id)
        granted = {"officer_id": AWAY, "granted": True, "reason": "属实"}
        await self.post("approver", "recusal-decisions", granted, case_id=case_id)
        self.keeping_away = True
        await self.post("approver", "handlers", {"officers": HANDLERS, "reason": "回避"}, case_id=case_id)
        return answer

    def others(self, path: str, role: str) -> Iterator[tuple[str, dict[str, Any], set[int]]]:
        """Who else might try this: why not, as whom, and what the answer may be."""
        allowed = {one for roles in permissions_of(endpoint_of(path).route.dependant) for one in roles}
        here = {"districts": ("donghu",), "organ": "donghu-emb"}
        yield "other roles", {"roles": tuple(EVERY_ROLE - allowed), "id": "p-other", **here}, {403}
        away = {"roles": (role,), "id": "p-stranger", "districts": ("xihu",), "organ": "xihu-emb"}
        if "{" in endpoint_of(path).path:
            yield "another district", away, {404, 403}
        if not path.startswith(("/v1/cases/", "/v1/documents")):
            return
        if self.keeping_away:
            yield "keeps away", {"roles": (role,), "id": AWAY, **here}, {409}
        if allowed <= APPROVING:
            yield "handles it", {"roles": (role,), "id": HANDLERS[0], **here}, {409}
            for office, person in self.acted.items():
                if office != role:
                    yield f"is its {office}", {"roles": (role,), "id": person, **here}, {409}

    async def trespass(self, path: str, role: str, sent: dict[str, Any]) -> None:
        """Let them try; who gets through is noted."""
        for why, who, answers in self.others(path, role):
            named = {key: value for key, value in who.items() if key != "roles"}
            before = await self.service.connection.fetchval(COUNT)
            async with self.service.client(*who["roles"], **named) as trespasser:
                answer = await trespasser.post(path, **sent)
            after = await self.service.connection.fetchval(COUNT)
            self.tried.add(f"{why}: {endpoint_of(path).path}")
            if answer.status_code not in answers or before != after:
                self.slips.append(f"{why}: POST {path} {answer.status_code} {answer.text[:200]}")


@dataclass
class Watched:
    """A client whose posts are tried by trespassers first; else as any."""

    bureau: Trespassers
    role: str
    inner: httpx.AsyncClient

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def post(self, path: str, **sent: Any) -> httpx.Response:
        """A command, after those who may not give it."""
        answered = {key: value for key, value in sent.items() if key in ("json", "content", "headers", "params")}
        if "Idempotency-Key" not in (sent.get("headers") or {}):
            await self.bureau.trespass(path.split("?")[0], self.role, answered)
        answer = await self.inner.post(path, **sent)
        if answer.status_code == 201 and self.role in APPROVING and path.endswith(("/filings", "/legal-reviews")):
            self.bureau.acted[self.role] = f"p-{self.role}"
        return answer
