-- The event store of one service: what was recorded (events), what waits for its place (pending), and the ledger.

CREATE SEQUENCE append_seq CACHE 1;  -- CACHE 1: a value drawn later is larger, also across connections

CREATE TABLE events (
    stream_id      text COLLATE "C" NOT NULL,
    version        integer NOT NULL CHECK (version > 0),
    event_id       uuid NOT NULL,
    command_id     uuid NOT NULL,
    type           text COLLATE "C" NOT NULL,
    district       text COLLATE "C" NOT NULL,
    organ          text COLLATE "C" NOT NULL,
    subject        text COLLATE "C" NOT NULL,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    actor          text NOT NULL,
    device         text,
    correlation_id uuid NOT NULL,
    causation_id   uuid NOT NULL,
    traceparent    text,
    rulebook       text,
    data           bytea NOT NULL,
    PRIMARY KEY (stream_id, version)
);

CREATE TABLE pending (
    append_seq bigint NOT NULL,
    ord        integer NOT NULL,
    stream_id  text COLLATE "C" NOT NULL,
    version    integer NOT NULL,
    PRIMARY KEY (append_seq, ord)
);

CREATE TABLE ledger (
    idx       bigint PRIMARY KEY CHECK (idx > 0),
    shard     smallint NOT NULL CHECK (shard BETWEEN 0 AND 63),
    shard_idx bigint NOT NULL CHECK (shard_idx > 0),
    stream_id text COLLATE "C" NOT NULL,
    version   integer NOT NULL,
    event_id  uuid NOT NULL UNIQUE,
    leaf      bytea NOT NULL,
    chain     bytea NOT NULL,
    UNIQUE (shard, shard_idx),
    UNIQUE (stream_id, version)
);

-- Idempotency records: the key's primary key is what a repeat loses on.
CREATE TABLE commands (
    key         text COLLATE "C" PRIMARY KEY,
    fingerprint bytea NOT NULL,
    command_id  uuid NOT NULL,
    answer      bytea NOT NULL,
    recorded_at timestamptz NOT NULL
);

CREATE TABLE checkpoints (
    name      text PRIMARY KEY,
    position  bigint NOT NULL,
    simulated boolean NOT NULL
);

-- One scalar per (consumer, source, shard): what has been applied, exactly once, in order.
CREATE TABLE inbox (
    consumer text NOT NULL,
    source   text NOT NULL,
    shard    smallint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (consumer, source, shard)
);

-- Where a consumer goes on reading (it may read again, never skip); in which cluster and which filling of the topic that was.
CREATE TABLE offsets (
    consumer    text NOT NULL,
    topic       text NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint NOT NULL,
    cluster     text NOT NULL,
    filling     integer NOT NULL,
    PRIMARY KEY (consumer, topic, partition)
);

-- What the relay fills: how many times the topic was begun anew, and in which cluster it is.
CREATE TABLE fillings (
    topic   text PRIMARY KEY,
    filling integer NOT NULL,
    cluster text NOT NULL
);

-- The first message of the last batch that the relay produced, per partition.
CREATE TABLE produced (
    topic     text NOT NULL,
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    event_id  uuid NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- Reactions that the rules refused: kept, never swallowed.
CREATE TABLE refusals (
    consumer    text NOT NULL,
    event_id    uuid NOT NULL,
    type        text NOT NULL,
    code        text NOT NULL,
    detail      text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, event_id)
);

CREATE TABLE deadlines (
    id         text COLLATE "C" PRIMARY KEY,
    kind       text NOT NULL,
    key        text NOT NULL,
    due_at     timestamptz NOT NULL,
    district   text NOT NULL,
    state      text NOT NULL CHECK (state IN ('armed', 'fired', 'disarmed')),
    detail     text NOT NULL
);
CREATE INDEX deadlines_due ON deadlines (due_at) WHERE state = 'armed';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
