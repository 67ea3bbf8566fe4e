"""The embedded stack: a real PostgreSQL and a Kafka-protocol broker from wheels, five services, one gateway, no root, no Docker."""
