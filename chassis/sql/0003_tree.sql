-- Tamper evidence: the Merkle tree over the ledger's leaves, and the heads of it that were signed.

-- The roots of complete subtrees of 256^level leaves, index from 0; the leaves themselves (level 0) are ledger.leaf. What is
-- missing here is computed again from below, so that an older ledger is filled in by its sequencer.
CREATE TABLE tree (
    level smallint NOT NULL CHECK (level > 0),
    idx   bigint NOT NULL CHECK (idx >= 0),
    hash  bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, idx)
);
SELECT append_only('tree');

-- Every head that was signed, as the signed note that it is (C2SP tlog-checkpoint). What was signed once is never taken back.
CREATE TABLE tree_heads (
    size        bigint PRIMARY KEY CHECK (size > 0),
    root        bytea NOT NULL CHECK (length(root) = 32),
    note        text NOT NULL,
    recorded_at timestamptz NOT NULL,
    simulated   boolean NOT NULL
);
SELECT append_only('tree_heads');
