-- The sequenced dead-letter queue: subjects that are parked in a consumer, and their events in order; what operators did.

CREATE TABLE parked_subjects (
    id       bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    consumer text COLLATE "C" NOT NULL,
    subject  text COLLATE "C" NOT NULL,
    since    timestamptz NOT NULL,
    resumes  boolean NOT NULL,  -- goes on by itself: what stands first waits for a reference, or was not tried yet
    tried_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, subject)
);
CREATE INDEX parked_subjects_list ON parked_subjects (consumer, id);
CREATE INDEX parked_subjects_resuming ON parked_subjects (tried_at) WHERE resumes;

-- `place` orders the events of a subject within a source: shard_idx in policies, where the event is kept whole; the feed's idx in
-- projections, whose source is '' and whose event the feed has.
CREATE TABLE parked (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    consumer    text COLLATE "C" NOT NULL,
    subject     text COLLATE "C" NOT NULL,
    source      text COLLATE "C" NOT NULL,
    place       bigint NOT NULL,
    shard       smallint NOT NULL,
    shard_idx   bigint NOT NULL,
    idx         bigint NOT NULL,
    event_id    uuid NOT NULL,
    type        text NOT NULL,
    headers     text,
    value       bytea,
    error_class text,
    error       text,
    waits       boolean NOT NULL DEFAULT false,
    tries       integer NOT NULL,
    first_at    timestamptz NOT NULL,
    last_at     timestamptz NOT NULL,
    PRIMARY KEY (consumer, subject, source, place),
    FOREIGN KEY (consumer, subject) REFERENCES parked_subjects
);
CREATE INDEX parked_list ON parked (consumer, subject, id);

-- The first parked event of each source, by a loose index scan: however many wait behind them.
CREATE FUNCTION parked_heads(in_consumer text, of_subject text) RETURNS SETOF parked LANGUAGE sql STABLE AS $$
    WITH RECURSIVE sources (source) AS (
        SELECT min(source) FROM parked WHERE consumer = in_consumer AND subject = of_subject
        UNION ALL
        SELECT (SELECT min(p.source) FROM parked p WHERE p.consumer = in_consumer AND p.subject = of_subject AND p.source > s.source)
        FROM sources s WHERE s.source IS NOT NULL
    )
    SELECT head.* FROM sources s CROSS JOIN LATERAL (
        SELECT * FROM parked p WHERE p.consumer = in_consumer AND p.subject = of_subject AND p.source = s.source
        ORDER BY p.place LIMIT 1
    ) head ORDER BY head.id
$$;

-- What operators did, for ever: a retry, a skip, and what else changes what the rules alone would have done.
CREATE TABLE operator_actions (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT now(),
    actor    text NOT NULL,   -- JSON, as in an event's envelope
    action   text COLLATE "C" NOT NULL,
    target   text COLLATE "C" NOT NULL,
    event_id uuid,
    reason   text,
    outcome  text COLLATE "C" NOT NULL,
    detail   jsonb NOT NULL
);
CREATE INDEX operator_actions_target ON operator_actions (target, id);
CREATE INDEX operator_actions_event ON operator_actions (event_id, id) WHERE event_id IS NOT NULL;
SELECT append_only('operator_actions');
