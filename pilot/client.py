"""The pilot's way into the platform: the gateway's HTTP, as many people at once, each command sent until it is answered."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson

from pilot.people import Person

IN_FLIGHT = 16  # requests at once
PATIENCE = 60.0  # seconds that a command is sent again when the platform is in trouble
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0  # seconds between two attempts
REQUEST_LIMIT, ADVANCE_LIMIT = 30.0, 150.0  # seconds
DEVELOPMENT_GRANT = "urn:casetrail:development"
PASSING = {"conflict", "in-flight"}  # the codes of a 409 that go away by themselves
TROUBLED = (aiohttp.ClientError, TimeoutError, ConnectionError)

Files = Mapping[str, tuple[str, bytes]]


class Stopped(Exception):
    """The platform refused something that the pilot holds for right, or stayed away too long; the message shows all of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered: the JSON body and, where it has one, the version of the aggregate."""

    body: Any
    version: int | None

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it is sent each time it is tried."""

    who: Person
    method: str
    path: str
    payload: bytes | None = None
    headers: Mapping[str, str] | None = None
    files: Files | None = None
    fields: Mapping[str, str] | None = None
    limit: float = REQUEST_LIMIT

    def body(self) -> bytes | aiohttp.FormData | None:
        """The body, made anew: a multipart body can be sent only once."""
        if self.files is None:
            return self.payload
        form = aiohttp.FormData(dict(self.fields or {}))
        for name, (filename, content) in self.files.items():
            form.add_field(name, content, filename=filename)
        return form


class Client:
    """A connection to a gateway. Commands carry a key that follows from the seed and the step, so trying again is harmless."""

    def __init__(self, gateway: str, secret: str, seed: int, sent: Callable[[], None] | None = None) -> None:
        """For the gateway at this address; `secret` is the development issuer's, `sent` is called after each answer."""
        self.gateway = gateway.rstrip("/")
        self._secret, self._seed, self._sent = secret, seed, sent
        self._tokens: dict[Person, asyncio.Task[str]] = {}
        self._gate = asyncio.Semaphore(IN_FLIGHT)
        self._session: aiohttp.ClientSession | None = None
        self.requests = 0

    async def __aenter__(self) -> Client:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for token in self._tokens.values():
            token.cancel()
        await asyncio.gather(*self._tokens.values(), return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def get(self, who: Person, path: str, **query: Any) -> Answer:
        """Ask a question; Stopped unless it is answered."""
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        return await self._send(Request(who, "GET", f"{path}?{asked}" if asked else path))

    async def post(self, who: Person, path: str, body: Mapping[str, Any], if_match: int | None = None) -> Answer:
        """Carry out a command, once; Stopped if it is refused."""
        payload = orjson.dumps(body)
        guard = {"If-Match": f'"{if_match}"'} if if_match is not None else {}
        seen = b"" if if_match is None else b"%d" % if_match  # the same words about a later version are another command
        headers = {**self._keyed(who, path, payload + seen), "Content-Type": "application/json", **guard}
        return await self._send(Request(who, "POST", path, payload, headers))

    async def upload(self, who: Person, path: str, name: str, content: bytes, **fields: str) -> Answer:
        """Send a file with form fields as a command; Stopped if it is refused."""
        headers = self._keyed(who, path, orjson.dumps(fields) + content)
        return await self._send(Request(who, "POST", path, None, headers, {"file": (name, content)}, fields))

    async def advance(self, who: Person, to: datetime, *, settle: bool = False) -> int:
        """Move the simulated clock, which waits until everybody has caught up; answers in how many steps."""
        payload = orjson.dumps({"to": to.isoformat(), "settle": settle})
        answer = await self._send(Request(who, "POST", "/clock", payload, {}, limit=ADVANCE_LIMIT))
        return int(answer["steps"])

    async def items(self, who: Person, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every item of a list, page after page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = await self.get(who, path, limit=200, cursor=cursor, **query)
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    def _keyed(self, who: Person, path: str, content: bytes) -> dict[str, str]:
        step = hashlib.sha256(b"\0".join([who.sub.encode(), path.encode(), content])).hexdigest()
        return {"Idempotency-Key": f"pilot-{self._seed}-{step[:32]}"}

    async def _send(self, request: Request) -> Answer:
        """Send until answered: again on a lost connection, on trouble of the platform, on a conflict that passes."""
        patience, pause = max(PATIENCE, request.limit), FIRST_PAUSE
        until = asyncio.get_running_loop().time() + patience
        while True:
            async with self._gate:
                outcome = await self._attempt(request)
            if isinstance(outcome, Answer):
                self.requests += 1
                if self._sent is not None:
                    self._sent()
                return outcome
            if asyncio.get_running_loop().time() > until:
                raise Stopped(f"{request.method} {request.path}: given up after {patience:.0f} s: {outcome}")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _attempt(self, request: Request) -> Answer | str:
        """One attempt: the answer, or what was wrong if it may be better later; Stopped if it will not."""
        try:
            token = await self._token(request.who)
            return await self._once(request, token)
        except TROUBLED as error:
            return repr(error)

    async def _once(self, request: Request, token: str) -> Answer | str:
        headers = {**(request.headers or {}), "Authorization": f"Bearer {token}"}
        limit = aiohttp.ClientTimeout(total=request.limit)
        url = f"{self.gateway}{request.path}"
        async with self._http.request(request.method, url, data=request.body(), headers=headers, timeout=limit) as response:
            content = await response.read()
        if response.status < 300:
            version = response.headers.get("ETag", "").strip('"')
            return Answer(orjson.loads(content), int(version) if version.isdigit() else None)
        if response.status == 401:
            self._tokens.pop(request.who, None)
        if response.status in (401, 502, 503, 504) or response.status >= 500 or _code(content) in PASSING:
            return f"{response.status} {content.decode(errors='replace')[:1000]}"
        raise Stopped(_told(request, response.status, content))

    @property
    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the client is not open")
        return self._session

    async def _token(self, who: Person) -> str:
        """A person's token, asked for once."""
        task = self._tokens.get(who)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._tokens[who] = asyncio.create_task(self._ask_token(who))
        return await asyncio.shield(task)

    async def _ask_token(self, who: Person) -> str:
        claims = {
            "sub": who.sub, "name": who.name, "roles": " ".join(who.roles), "districts": " ".join(who.districts),
            "organ": who.organ, "officer_id": who.officer_id, "certificate_no": who.certificate_no,
            "enterprise_id": who.enterprise_id,
        }  # fmt: skip
        form = {"grant_type": DEVELOPMENT_GRANT, "secret": self._secret, **{name: text for name, text in claims.items() if text}}
        limit = aiohttp.ClientTimeout(total=REQUEST_LIMIT)
        async with self._http.post(f"{self.gateway}/issuer/token", data=form, timeout=limit) as response:
            content = await response.read()
        if response.status == 400 or _code(content) == "invalid_client":
            raise Stopped(f"the issuer gives {who.sub} no token: {content.decode(errors='replace')[:300]}")
        if response.status != 200:
            raise aiohttp.ClientPayloadError(f"issuer answers {response.status}")
        return str(orjson.loads(content)["access_token"])


def _code(content: bytes) -> str:
    """The stable code of a problem; empty for anything else."""
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError:
        return ""
    return str(told.get("code") or told.get("error") or "") if isinstance(told, dict) else ""


def _told(request: Request, status: int, content: bytes) -> str:
    """A refusal with what was sent, for a person who must find out why."""
    said, sent = content.decode(errors="replace")[:1500], (request.payload or b"").decode()[:600]
    return f"{request.who.sub}: {request.method} {request.path}\n  {status} {said}\n  sent {sent}"
