-- A version that also keeps what the rows of the list add up to.

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

CREATE TABLE note_sums (
    size   integer,
    first  text,
    open   bigint NOT NULL,
    closed bigint NOT NULL,
    PRIMARY KEY (size, first)
);
