-- Several parties and clocks of a case; which catalogue is the latest; the calendar of what is due.

CREATE TABLE catalogues (
    catalogue  text COLLATE "C" PRIMARY KEY,
    name       text COLLATE "C" NOT NULL,
    valid_from date NOT NULL
);
CREATE INDEX catalogues_by_name ON catalogues (name, valid_from DESC);

ALTER TABLE case_list ADD COLUMN clocks jsonb NOT NULL DEFAULT '{}';
ALTER TABLE case_list ADD COLUMN handlers text[] NOT NULL DEFAULT '{}';

-- One row per clock that is running, or has run out with nothing done yet.
CREATE TABLE calendar (
    clock_id        text COLLATE "C" PRIMARY KEY,
    kind            text COLLATE "C" NOT NULL,
    case_id         text COLLATE "C" NOT NULL,
    party_id        text COLLATE "C" NOT NULL,
    district        text COLLATE "C" NOT NULL,
    organ_id        text COLLATE "C",
    case_no         text,
    enterprise_name text,
    due_on          date NOT NULL,
    running         boolean NOT NULL
);
CREATE INDEX calendar_by_day ON calendar (due_on, clock_id) WHERE running;
CREATE INDEX calendar_by_district ON calendar (district, due_on, clock_id) WHERE running;
CREATE INDEX calendar_by_organ ON calendar (organ_id, due_on, clock_id) WHERE running;
CREATE INDEX calendar_by_case ON calendar (case_id, due_on, clock_id) WHERE running;

-- What runs in each case, so that the end of a case finds its clocks.
CREATE TABLE calendar_cases (
    case_id         text COLLATE "C" PRIMARY KEY,
    district        text COLLATE "C" NOT NULL,
    organ_id        text COLLATE "C" NOT NULL,
    case_no         text,
    enterprise_name text NOT NULL,
    clocks          jsonb NOT NULL,
    handlers        text[] NOT NULL
);

-- Who handles a case, so that an officer's calendar is found by an index.
CREATE TABLE calendar_officers (
    handling   text COLLATE "C" PRIMARY KEY,
    officer_id text COLLATE "C" NOT NULL,
    case_id    text COLLATE "C" NOT NULL,
    handles    boolean NOT NULL
);
CREATE INDEX calendar_officers_by_officer ON calendar_officers (officer_id, case_id) WHERE handles;

-- That a correction was found overdue stays true, also when it is made later.
ALTER TABLE hazards ADD COLUMN overdue boolean NOT NULL DEFAULT false;
UPDATE hazards SET overdue = true WHERE state = 'failed';
