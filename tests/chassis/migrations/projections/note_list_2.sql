-- The second version of the list of notes: `size` is gone, `urgent` is new, and there is a table more.

CREATE TABLE note_list (
    note_id  text PRIMARY KEY,
    text     text NOT NULL,
    district text NOT NULL,
    done     boolean NOT NULL,
    due_on   date,
    made_at  timestamptz NOT NULL,
    labels   text[] NOT NULL,
    detail   jsonb,
    urgent   boolean
);

CREATE TABLE note_words (
    note_id text PRIMARY KEY,
    events  integer NOT NULL
);
