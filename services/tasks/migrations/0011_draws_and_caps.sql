-- Whom a draw skips, and what the yearly cap of inspections depends on.

ALTER TABLE enterprises ADD COLUMN production_status text COLLATE "C" NOT NULL DEFAULT 'producing';
ALTER TABLE enterprises ADD COLUMN standardisation_grade text COLLATE "C" NOT NULL DEFAULT 'none';

-- What a rulebook demands of each inspection; caps: JSON list of the rules of the book's province.
CREATE TABLE inspection_rules (
    rulebook                text COLLATE "C" NOT NULL,
    version                 text COLLATE "C" NOT NULL,
    valid_from              date NOT NULL,
    valid_to                date,
    prior_approval          boolean NOT NULL,
    published_items         boolean NOT NULL,
    regularise_within_hours integer,
    caps                    jsonb NOT NULL,
    PRIMARY KEY (rulebook, version)
);

-- The published item lists (检查事项清单): which codes, and when.
CREATE TABLE item_lists (
    catalogue  text COLLATE "C" NOT NULL,
    version    text COLLATE "C" NOT NULL,
    valid_from date NOT NULL,
    valid_to   date,
    items      text[] NOT NULL,
    PRIMARY KEY (catalogue, version)
);

-- How often each enterprise was inspected in a year; the streams decide, this table only shows, and tells draws whom to skip.
CREATE TABLE inspection_counts (
    count_id      text COLLATE "C" PRIMARY KEY,
    enterprise_id text COLLATE "C" NOT NULL,
    year          integer NOT NULL,
    district      text COLLATE "C" NOT NULL,
    counted       integer NOT NULL,
    exempt        integer NOT NULL,
    overridden    integer NOT NULL
);
CREATE INDEX inspection_counts_by_year ON inspection_counts (year, enterprise_id);
