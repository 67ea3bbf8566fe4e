"""What all services share and no business person would recognise: event store, relay, consumers, projections, HTTP, identity."""
