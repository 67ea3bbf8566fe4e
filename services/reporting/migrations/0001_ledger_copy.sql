-- The copy of every service's ledger, verbatim, under reporting's own contiguous sequence.

CREATE TABLE ledger_copy (
    seq            bigint PRIMARY KEY CHECK (seq > 0),
    source         text COLLATE "C" NOT NULL,
    idx            bigint NOT NULL CHECK (idx > 0),
    shard          smallint NOT NULL CHECK (shard BETWEEN 0 AND 63),
    shard_idx      bigint NOT NULL CHECK (shard_idx > 0),
    stream_id      text COLLATE "C" NOT NULL,
    version        integer NOT NULL CHECK (version > 0),
    event_id       uuid NOT NULL UNIQUE,
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
    leaf           bytea NOT NULL,
    chain          bytea NOT NULL,
    UNIQUE (source, shard, shard_idx),
    UNIQUE (source, idx),
    UNIQUE (source, stream_id, version)
);
CREATE INDEX ledger_copy_by_subject ON ledger_copy (subject, seq);
CREATE INDEX ledger_copy_by_correlation ON ledger_copy (correlation_id, seq);
CREATE INDEX ledger_copy_by_district ON ledger_copy (district, seq);

-- One row. The epoch names this copy: positions of another copy mean nothing here, and whoever holds one is told to begin anew.
CREATE TABLE copy_head (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch text NOT NULL,
    seq   bigint NOT NULL
);
INSERT INTO copy_head (epoch, seq) VALUES (left(md5(gen_random_uuid()::text), 12), 0);

-- How far each source's hash chain has been recomputed, without a hole, and its value there.
CREATE TABLE copy_chain (
    source text PRIMARY KEY,
    idx    bigint NOT NULL,
    chain  bytea NOT NULL
);

CREATE TRIGGER ledger_copy_append_only BEFORE UPDATE OR DELETE ON ledger_copy FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_copy_no_truncate BEFORE TRUNCATE ON ledger_copy FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
