-- The example service's tables: two read models, and a table fed by another service's events.

CREATE TABLE note_list (
    note_id  text PRIMARY KEY,
    text     text NOT NULL,
    district text NOT NULL,
    done     boolean NOT NULL,
    due_on   date,
    made_at  timestamptz NOT NULL,
    labels   text[] NOT NULL,
    detail   jsonb,
    size     bigint
);

CREATE TABLE note_counts (
    district text PRIMARY KEY,
    notes    integer NOT NULL,
    done     integer NOT NULL
);

CREATE TABLE note_open (
    class text PRIMARY KEY,
    notes integer NOT NULL CHECK (notes > 0)
);

CREATE TABLE things (
    thing_id text PRIMARY KEY,
    times    integer NOT NULL
);
