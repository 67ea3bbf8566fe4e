-- Jurisdictions that are named anew, split, merged, ended: what they were called when, what follows them.
ALTER TABLE jurisdictions ADD COLUMN successors text[] NOT NULL DEFAULT '{}';
ALTER TABLE jurisdictions ADD COLUMN ended_because text;
CREATE INDEX jurisdictions_by_parent ON jurisdictions (parent, jurisdiction_id);

-- The officer library: whose certificate expires next; who has left. Experts leave too.
ALTER TABLE officers ADD COLUMN last_day date;
ALTER TABLE experts ADD COLUMN last_day date;
CREATE INDEX officers_by_expiry ON officers (certificate_valid_to, officer_id);
CREATE INDEX officers_by_district_and_expiry ON officers (district, certificate_valid_to, officer_id);

-- Published versions of catalogues and rulebooks: what there is, and from when it holds. The documents are their streams'.
CREATE TABLE publications (
    publication  text COLLATE "C" PRIMARY KEY,
    kind         text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    version_name text COLLATE "C" NOT NULL,
    district     text COLLATE "C" NOT NULL,
    title        text NOT NULL,
    valid_from   date NOT NULL,
    valid_to     date,
    items        integer NOT NULL,
    published_at timestamptz NOT NULL,
    published_by text NOT NULL,
    version      integer NOT NULL
);
CREATE INDEX publications_by_kind ON publications (kind, publication);
CREATE INDEX publications_by_name ON publications (kind, name, valid_from, version_name);

-- Series of document numbers: how far each is, and what became of its numbers.
CREATE TABLE number_series (
    series   text COLLATE "C" PRIMARY KEY,
    district text COLLATE "C" NOT NULL,
    organ_id text COLLATE "C" NOT NULL,
    word     text COLLATE "C" NOT NULL,
    year     integer NOT NULL,
    last     integer NOT NULL,
    used     integer NOT NULL,
    voided   integer NOT NULL,
    free     integer NOT NULL,
    out      integer NOT NULL,
    version  integer NOT NULL
);
CREATE INDEX number_series_by_district ON number_series (district, series);
CREATE INDEX number_series_by_organ ON number_series (organ_id, series);
