"""Reactions to other services' events: the registry needs none; it tells the others who can be inspected and by which law."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.policy import Reaction

REACTIONS: Mapping[str, Reaction] = {}
