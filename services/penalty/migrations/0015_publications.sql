-- The public list of decisions: an entry for each publication, what changed last first; what was withdrawn tells only why.
CREATE TABLE publication_list (
    entry_id       text COLLATE "C" PRIMARY KEY,
    district       text COLLATE "C" NOT NULL,
    state          text COLLATE "C" NOT NULL CHECK (state IN ('published', 'being-withdrawn', 'withdrawn', 'ended')),
    party_kind     text COLLATE "C" NOT NULL,
    name           text NOT NULL,
    uscc           text NOT NULL,
    document_no    text NOT NULL,
    cause          text NOT NULL,
    facts          text[] NOT NULL,
    basis          text[] NOT NULL,
    kinds          text[] NOT NULL,
    initial_fen    bigint,
    current_fen    bigint,
    confiscate_fen bigint,
    organ_id       text COLLATE "C" NOT NULL,
    organ          text NOT NULL,
    decided_on     date NOT NULL,
    published_on   date NOT NULL,
    public_until   date NOT NULL,
    withdrawn_on   date,
    explanation    text,
    updated_at     timestamptz NOT NULL
);
CREATE INDEX publication_list_by_update ON publication_list (updated_at DESC, entry_id DESC) WHERE state <> 'ended';
CREATE INDEX publication_list_by_district ON publication_list (district, updated_at DESC, entry_id DESC) WHERE state <> 'ended';
SELECT show_by_district('publication_list');
