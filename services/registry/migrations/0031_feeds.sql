-- The market supervision's register beside ours: feeds as they came, and what is proposed of each file and not decided.

CREATE TABLE feeds (
    feed_id     text COLLATE "C" PRIMARY KEY,
    district    text COLLATE "C" NOT NULL,
    as_of       date NOT NULL,
    file_name   text NOT NULL,
    rows        integer NOT NULL,
    refused     integer NOT NULL,
    finished    boolean NOT NULL,
    new         integer,
    changed     integer,
    closed      integer,
    conflicting integer,
    unchanged   integer,
    "elsewhere"   integer,
    version     integer NOT NULL
);
CREATE INDEX feeds_list ON feeds (as_of DESC, feed_id DESC);

CREATE TABLE reconciliations (
    reconciliation_id text COLLATE "C" PRIMARY KEY,
    district          text COLLATE "C" NOT NULL,
    enterprise_id     text COLLATE "C",
    uscc              text COLLATE "C" NOT NULL,
    title             text COLLATE "C" NOT NULL,
    kind              text COLLATE "C" NOT NULL,
    state             text COLLATE "C" NOT NULL,
    feed_id           text COLLATE "C" NOT NULL,
    proposal          integer NOT NULL,
    fields            text[] NOT NULL,
    proposed_on       date NOT NULL,
    accepted          integer,
    kept              integer,
    version           integer NOT NULL
);
CREATE INDEX reconciliations_by_state ON reconciliations (state, proposed_on, reconciliation_id);
CREATE INDEX reconciliations_by_kind ON reconciliations (kind, state, proposed_on, reconciliation_id);
CREATE INDEX reconciliations_by_district ON reconciliations (district, state, proposed_on, reconciliation_id);
CREATE INDEX reconciliations_by_feed ON reconciliations (feed_id, state, proposed_on, reconciliation_id);

SELECT show_by_district('feeds');
SELECT show_by_district('reconciliations');

-- A feed names enterprises by their USCC.
CREATE INDEX enterprises_by_uscc ON enterprises (uscc, enterprise_id);
