-- Remedies and enforcement of every party: how far, and the day on which the next clock runs out (infinity: none), most urgent first.
CREATE TABLE party_matters (
    matter        text COLLATE "C" PRIMARY KEY,
    region        text COLLATE "C" NOT NULL CHECK (region IN ('remedy', 'enforcement')),
    case_id       text COLLATE "C" NOT NULL,
    party_id      text COLLATE "C" NOT NULL,
    district      text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    organ_id      text COLLATE "C" NOT NULL,
    document_no   text,
    state         text COLLATE "C" NOT NULL,
    first_due_on  date,
    last_due_on   date,
    clock_on      date NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX party_matters_by_clock ON party_matters (clock_on, matter);
CREATE INDEX party_matters_by_state ON party_matters (region, state, clock_on, matter);
CREATE INDEX party_matters_by_district ON party_matters (district, clock_on, matter);
CREATE INDEX party_matters_by_organ ON party_matters (organ_id, clock_on, matter);
CREATE INDEX party_matters_by_case ON party_matters (case_id, clock_on, matter);
SELECT show_by_district('party_matters');
