-- What the append statement takes: arrays of records. The driver puts a record into bytes several times as fast as its fields
-- in arrays of their own, where it asks of each value whether it is an array itself.

CREATE TYPE append_head AS (
    ws        integer,
    stream_id text COLLATE "C",
    expected  integer
);
CREATE TYPE append_command AS (
    ws          integer,
    key         text COLLATE "C",
    fingerprint bytea,
    command_id  uuid,
    answer      bytea,
    recorded_at timestamptz
);
CREATE TYPE append_event AS (
    ws             integer,
    stream_id      text COLLATE "C",
    version        integer,
    event_id       uuid,
    command_id     uuid,
    type           text COLLATE "C",
    district       text COLLATE "C",
    organ          text COLLATE "C",
    subject        text COLLATE "C",
    occurred_at    timestamptz,
    recorded_at    timestamptz,
    actor          text,
    device         text,
    correlation_id uuid,
    causation_id   uuid,
    traceparent    text,
    rulebook       text,
    data           bytea
);
CREATE TYPE append_place AS (
    ws        integer,
    ord       integer,
    stream_id text COLLATE "C",
    version   integer
);
