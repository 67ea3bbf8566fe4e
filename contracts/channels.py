"""AsyncAPI 3.0, one document per service: the channels it sends to and receives from, and every version ever published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chassis.broker import checkpoints_topic_of, topic_of
from chassis.service import Service

HEADERS = {
    "ce_id": "event id (UUIDv7)", "ce_source": "/services/<service>", "ce_type": "wire name", "ce_subject": "site, else stream",
    "ce_time": "when it happened", "ce_recordedtime": "when the store took it", "ce_streamid": "stream id",
    "ce_sequence": "stream version, zero-padded", "ce_idx": "place in the service's ledger", "ce_shard": "logical shard, 0-63",
    "ce_shardidx": "place in the shard, without a hole", "ce_district": "jurisdiction of the site", "ce_organ": "who acts",
    "ce_actor": "person, role, certificate (JSON)", "ce_correlationid": "the matter",
    "ce_causationid": "command or event that caused it",
    "ce_commandid": "the command", "ce_hash": "leaf hash (hex)", "ce_chain": "chain hash (hex)",
}  # fmt: skip

CHECKPOINT = {
    "name": "casetrail.checkpoint", "title": "签名检查点", "contentType": "text/plain; charset=utf-8",
    "payload": {"type": "string", "description": "the ledger's signed head, as c2sp.org/tlog-checkpoint@v1.0.0 describes it"},
}  # fmt: skip

FEED_LOOP = "feed-topics"
FEED_ENTRY = {
    "name": "casetrail.reporting.feed-entry.v1", "title": "实况条目", "contentType": "application/json",
    "summary": "one event in one line, personal data masked; docs/feed.md says how to read it",
    "headers": {"type": "object", "properties": {
        name: {"type": "string"}
        for name in ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_dataschema", "ce_subject", "ce_time", "ce_district",
                     "ce_eventtype")
    }},
    "payload": {
        "schemaFormat": "application/schema+json;version=draft-2020-12", "schema": {"$ref": "../feed/feed-entry.v1.json"},
    },
}  # fmt: skip

Published = dict[str, dict[str, str]]
"""Per service, the Chinese title of each published version, by `<event-name>.v<N>`."""


def document(service: Service, published: Published) -> dict[str, Any]:
    """The document of one service. A message's payload is the committed schema; what is received is listed by reaction."""
    own = {service.name} & published.keys()
    channels = [*sorted(own), *service.sources]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Casetrail {service.name}（{service.title}）", "version": "1",
            "description": "CloudEvents 1.0 over Kafka, binary mode: the value is the event's data, headers are its envelope.",
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(name, published[name]) for name in channels}
        | {f"{name}-checkpoints": _checkpoints(name) for name in [*sorted(own), *_witnessed(service)]}
        | _feeds(service),
        "operations": dict(_operations(service, own)),
        "components": {
            "messages": {
                f"{name}.{stem}": _message(name, stem, title) for name in channels for stem, title in published[name].items()
            } | ({"checkpoint": CHECKPOINT} if own or _witnessed(service) else {})
            | ({"feed-entry": FEED_ENTRY} if FEED_LOOP in service.loops else {}),
            "messageTraits": {"cloudEvent": {"headers": {
                "type": "object", "required": sorted(HEADERS),
                "properties": {name: {"type": "string", "description": text} for name, text in HEADERS.items()},
            }}},
        },
    }  # fmt: skip


def _message(service: str, stem: str, title: str) -> dict[str, Any]:
    return {
        "name": f"casetrail.{service}.{stem}", "title": title, "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"../events/{service}/{stem}.json"},
        },
        "correlationId": {"location": "$message.header#/ce_correlationid"},
    }  # fmt: skip


def _channel(service: str, published: dict[str, str]) -> dict[str, Any]:
    return {
        "address": topic_of(service),
        "messages": {f"{service}.{stem}": {"$ref": f"#/components/messages/{service}.{stem}"} for stem in published},
        "bindings": {"kafka": {"topicConfiguration": {"retention.ms": -1, "retention.bytes": -1}, "bindingVersion": "0.5.0"}},
    }


def _witnessed(service: Service) -> tuple[str, ...]:
    """The services whose checkpoints it reads."""
    return service.sources if "witness" in service.loops else ()


def _checkpoints(service: str) -> dict[str, Any]:
    return {
        "address": checkpoints_topic_of(service),
        "messages": {"checkpoint": {"$ref": "#/components/messages/checkpoint"}},
        "bindings": {"kafka": {"topicConfiguration": {"retention.ms": -1, "retention.bytes": -1}, "bindingVersion": "0.5.0"}},
    }


def _feeds(service: Service) -> dict[str, Any]:
    """The topics for dashboards outside, one for each district."""
    if FEED_LOOP not in service.loops:
        return {}
    return {
        "feed": {
            "address": "casetrail.feed.{district}.v1",
            "parameters": {"district": {"description": "id of the jurisdiction, such as donghu"}},
            "messages": {"feed-entry": {"$ref": "#/components/messages/feed-entry"}},
            "bindings": {"kafka": {"partitions": 1, "bindingVersion": "0.5.0"}},
        }
    }


def _operations(service: Service, own: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in own:
        yield f"{name}-sends", {"action": "send", "channel": {"$ref": f"#/channels/{name}"}}
        yield f"{name}-signs", {"action": "send", "channel": {"$ref": f"#/channels/{name}-checkpoints"}}
    if FEED_LOOP in service.loops:
        yield "tells-dashboards", {"action": "send", "channel": {"$ref": "#/channels/feed"}}
    for source in _witnessed(service):
        yield f"witnesses-{source}", {"action": "receive", "channel": {"$ref": f"#/channels/{source}-checkpoints"}}
    for source in service.sources:
        operation: dict[str, Any] = {"action": "receive", "channel": {"$ref": f"#/channels/{source}"}}
        if service.reactions:
            wires = sorted(wire for wire in service.reactions if wire.startswith(f"casetrail.{source}."))
            operation["messages"] = [{"$ref": f"#/channels/{source}/messages/{source}.{wire.split('.', 2)[2]}"} for wire in wires]
        yield f"receives-from-{source}", operation
