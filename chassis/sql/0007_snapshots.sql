-- Snapshots: what the fold of a long stream had come to at some versions. A cache, never the truth: a row may be deleted at any
-- time, and one of another fold (other code) is not read. It holds the state in plain text, so whoever erases a person's data
-- deletes the streams' rows too (chassis/snapshots.py, discard).

CREATE TABLE snapshots (
    stream_id      text COLLATE "C" NOT NULL,
    fold           text COLLATE "C" NOT NULL,
    version        integer NOT NULL CHECK (version > 0),
    district       text COLLATE "C" NOT NULL,
    organ          text COLLATE "C" NOT NULL,
    subject        text COLLATE "C" NOT NULL,
    began_at       timestamptz NOT NULL,
    correlation_id uuid NOT NULL,
    state          bytea NOT NULL,
    PRIMARY KEY (stream_id, fold, version)
);
