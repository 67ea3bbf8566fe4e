"""The relay: produces the ledger, in order, to the service's topic, and refills a topic that lost what it had."""

from chassis.relay.filled import TopicChanged
from chassis.relay.lead import Relay

__all__ = ["Relay", "TopicChanged"]
