-- Reporting as witness: its own tree over each ledger copy, what it cosigned, and what it refused to.

-- As `tree` of a service's own ledger: roots of complete subtrees of 256^level leaves; the leaves are in ledger_copy.
CREATE TABLE copy_tree (
    source text COLLATE "C" NOT NULL,
    level  smallint NOT NULL CHECK (level > 0),
    idx    bigint NOT NULL CHECK (idx >= 0),
    hash   bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (source, level, idx)
);
SELECT append_only('copy_tree');

-- Checkpoints with our cosignature (C2SP tlog-cosignature): at this time, this was the largest head of the log that we had
-- seen, and it contains all that we cosigned before.
CREATE TABLE cosigned (
    source      text COLLATE "C" NOT NULL,
    size        bigint NOT NULL CHECK (size > 0),
    root        bytea NOT NULL CHECK (length(root) = 32),
    note        text NOT NULL,
    cosigned_at timestamptz NOT NULL,
    PRIMARY KEY (source, size)
);
SELECT append_only('cosigned');

-- Evidence: a head that the log signed and that contradicts our copy. `agreed` is the largest size cosigned until then.
CREATE TABLE witness_alarms (
    source    text COLLATE "C" NOT NULL,
    what      text NOT NULL CHECK (what IN ('fork', 'cut')),
    size      bigint NOT NULL,
    root      bytea NOT NULL,
    agreed    bigint NOT NULL,
    note      text NOT NULL,
    raised_at timestamptz NOT NULL,
    PRIMARY KEY (source, what, size, root)
);
SELECT append_only('witness_alarms');
