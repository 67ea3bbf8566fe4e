"""A range of a service's ledger, and the client by which other services fill a hole from it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated, Any

import aiohttp
from fastapi import APIRouter, Query, Request, Response

from chassis.broker import Received, headers_of, received_from
from chassis.eventstore import ledger_of_shard
from chassis.http import Db, answer_json
from chassis.operations.asker import Operator
from chassis.service import Service
from chassis.settings import Settings

router = APIRouter()


@router.get("/ledger")
async def ledger(
    request: Request,
    _: Operator,
    db: Db,
    shard: Annotated[int, Query(ge=0, le=63)],
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Response:
    """A range of one shard of the ledger, as it goes over the wire: headers, and the value in base64."""
    service: Service = request.app.state.service
    async with db.acquire() as connection:
        rows = await ledger_of_shard(connection, shard, after, limit)
    items = [
        {
            "headers": {name: value.decode() for name, value in headers_of(service.name, row)},
            "value": base64.b64encode(row.recorded.data).decode(),
        }
        for row in rows
    ]
    return answer_json({"items": items})


class LedgerClient:
    """Reads a missing range from another service's ledger: the one request that a service makes of another."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def repair(self, source: str, shard: int, after: int, upto: int) -> Sequence[Received]:
        """The events `after < shard_idx <= upto`; raises OSError if the source cannot be reached or does not have them."""
        url = self._settings.urls.get(source)
        if url is None:
            raise OSError(f"CASETRAIL_{source.upper()}_URL is not set: the hole in {source}/{shard} cannot be filled")
        found: list[Received] = []
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as client:
                headers = {"Authorization": f"Bearer {await machine_token(client, self._settings)}"}
                while (last := found[-1].shard_idx if found else after) < upto:
                    query = {"shard": str(shard), "after": str(last), "limit": str(min(upto - last, 1000))}
                    async with client.get(f"{url}/ops/ledger", params=query, headers=headers) as answer:
                        answer.raise_for_status()
                        items = (await answer.json())["items"]
                    if not items:
                        raise OSError(f"{source} does not have {shard}/{last + 1} yet")
                    found += [_received(item) for item in items]
        except aiohttp.ClientError as error:
            raise OSError(f"ledger of {source}: {error!r}") from error
        return found


async def machine_token(client: aiohttp.ClientSession, settings: Settings) -> str:
    """A token of the service's own, as an operator; raises aiohttp.ClientError."""
    form = {
        "grant_type": "client_credentials", "client_id": f"service-{settings.service}",
        "client_secret": settings.machine_secret, "scope": "operator",
    }  # fmt: skip
    async with client.post(settings.machine_token_url, data=form) as answer:
        answer.raise_for_status()
        return str((await answer.json())["access_token"])


def _received(item: dict[str, Any]) -> Received:
    headers = [(name, value.encode()) for name, value in item["headers"].items()]
    return received_from(headers, base64.b64decode(item["value"]))
