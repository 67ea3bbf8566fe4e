"""What penalty does when another service's event says something: its fed tables, and the clue of a referral."""

from chassis.policy import Reaction
from services.penalty.policies import inspection, registry

REACTIONS: dict[str, Reaction] = {**registry.REACTIONS, **inspection.REACTIONS}
