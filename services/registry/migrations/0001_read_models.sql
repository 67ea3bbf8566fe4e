-- The registry's read models, each rebuildable from its ledger; an index behind each list.

CREATE TABLE jurisdictions (
    jurisdiction_id       text COLLATE "C" PRIMARY KEY,
    district              text COLLATE "C" NOT NULL,
    name                  text NOT NULL,
    short_name            text NOT NULL,
    kind                  text NOT NULL,
    parent                text COLLATE "C",
    national_code         text,
    organ                 text NOT NULL,
    organ_id              text COLLATE "C" NOT NULL,
    document_abbreviation text NOT NULL,
    valid_from            date,
    valid_to              date,
    confidence            text NOT NULL,
    source                text NOT NULL,
    version               integer NOT NULL
);

CREATE TABLE officers (
    officer_id           text COLLATE "C" PRIMARY KEY,
    district             text COLLATE "C" NOT NULL,
    name                 text NOT NULL,
    organ_id             text COLLATE "C" NOT NULL,
    organ                text NOT NULL,
    certificate_no       text NOT NULL,
    certificate_valid_to date NOT NULL,
    specialities         text[] NOT NULL,
    recusals             text[] NOT NULL,
    version              integer NOT NULL
);
CREATE INDEX officers_by_district ON officers (district, officer_id);

CREATE TABLE experts (
    expert_id    text COLLATE "C" PRIMARY KEY,
    district     text COLLATE "C" NOT NULL,
    name         text NOT NULL,
    specialities text[] NOT NULL,
    version      integer NOT NULL
);
CREATE INDEX experts_by_district ON experts (district, expert_id);

CREATE TABLE enterprises (
    enterprise_id        text COLLATE "C" PRIMARY KEY,
    district             text COLLATE "C" NOT NULL,
    uscc                 text COLLATE "C" NOT NULL,
    site_no              text COLLATE "C" NOT NULL,
    name                 text COLLATE "C" NOT NULL,
    sector               text COLLATE "C" NOT NULL,
    industry_code        text COLLATE "C" NOT NULL,
    address              text NOT NULL,
    legal_representative text NOT NULL,
    safety_head          text NOT NULL,
    staff                integer NOT NULL,
    places               integer NOT NULL,
    equipment            integer NOT NULL,
    import_id            text COLLATE "C" NOT NULL,
    registered_at        timestamptz NOT NULL,
    version              integer NOT NULL
);
CREATE INDEX enterprises_by_name ON enterprises (name, enterprise_id);
CREATE INDEX enterprises_by_district ON enterprises (district, name, enterprise_id);
CREATE INDEX enterprises_by_sector ON enterprises (sector, name, enterprise_id);

-- The rows that an import refused, as they stood in the workbook: not facts about an enterprise, so not events. An import that
-- is repeated after a kill writes them anew.
CREATE TABLE refused_rows (
    import_id  text COLLATE "C" NOT NULL,
    place      integer NOT NULL,
    district   text COLLATE "C" NOT NULL,
    sheet      text NOT NULL,
    row_number integer NOT NULL,
    cells      text NOT NULL,
    faults     text NOT NULL,
    PRIMARY KEY (import_id, place)
);
