"""The event store under kills: writers, sequencers, relays, consumers and a nemesis as processes, judged by `chassis.history`."""
