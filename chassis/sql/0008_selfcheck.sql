-- What the self-check found last, and up to where each of its two audits of the ledger found it sound.

CREATE TABLE health (
    name       text COLLATE "C" PRIMARY KEY,
    ok         boolean NOT NULL,
    figures    text NOT NULL,
    findings   text NOT NULL,
    checked_at timestamptz NOT NULL
);

CREATE TABLE audited (
    name     text COLLATE "C" PRIMARY KEY CHECK (name IN ('follow', 'patrol')),
    position text NOT NULL,
    ended_at timestamptz
);
