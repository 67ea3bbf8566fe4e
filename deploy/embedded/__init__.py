"""The embedded stack: a real PostgreSQL, a Kafka-protocol broker, five services, one gateway; no root, no Docker."""
