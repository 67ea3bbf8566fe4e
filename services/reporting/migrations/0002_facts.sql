-- The rows behind the figures: one table per kind of fact. `seq` is the last event of the copy that wrote the row.

CREATE TABLE fact_jurisdictions (
    jurisdiction_id text COLLATE "C" PRIMARY KEY,
    name            text NOT NULL,
    kind            text NOT NULL,
    parent          text COLLATE "C",
    national_code   text,
    valid_from      date,
    valid_to        date,
    district        text COLLATE "C" NOT NULL,
    seq             bigint NOT NULL
);

CREATE TABLE fact_enterprises (
    enterprise_id text COLLATE "C" PRIMARY KEY,
    name          text NOT NULL,
    uscc          text NOT NULL,
    site_no       text NOT NULL,
    sector        text NOT NULL,
    district      text COLLATE "C" NOT NULL,
    seq           bigint NOT NULL
);
CREATE INDEX fact_enterprises_by_district ON fact_enterprises (district, enterprise_id);

CREATE TABLE fact_tasks (
    task_id         text COLLATE "C" PRIMARY KEY,
    kind            text NOT NULL,
    campaign_id     text,
    enterprise_id   text COLLATE "C" NOT NULL,
    enterprise_name text NOT NULL,
    level           text NOT NULL,
    organ           text NOT NULL,
    due_on          date NOT NULL,
    state           text NOT NULL,
    completed_on    date,
    district        text COLLATE "C" NOT NULL,
    seq             bigint NOT NULL
);
CREATE INDEX fact_tasks_by_district ON fact_tasks (district, task_id);

CREATE TABLE fact_inspections (
    inspection_id text COLLATE "C" PRIMARY KEY,
    task_id       text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    concluded_on  date NOT NULL,
    officers      integer NOT NULL,
    experts       integer NOT NULL,
    district      text COLLATE "C" NOT NULL,
    seq           bigint NOT NULL
);
CREATE INDEX fact_inspections_by_district ON fact_inspections (district, inspection_id);

CREATE TABLE fact_hazards (
    hazard_id     text COLLATE "C" PRIMARY KEY,
    inspection_id text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    item_code     text NOT NULL,
    key_item_code text,
    severity      text NOT NULL,
    found_on      date NOT NULL,
    state         text NOT NULL,
    rectified_on  date,
    district      text COLLATE "C" NOT NULL,
    seq           bigint NOT NULL
);
CREATE INDEX fact_hazards_by_district ON fact_hazards (district, hazard_id);

CREATE TABLE fact_penalties (
    case_id       text COLLATE "C" PRIMARY KEY,
    enterprise_id text COLLATE "C" NOT NULL,
    document_no   text NOT NULL,
    decided_on    date NOT NULL,
    total_fen     bigint NOT NULL,
    district      text COLLATE "C" NOT NULL,
    seq           bigint NOT NULL
);
CREATE INDEX fact_penalties_by_district ON fact_penalties (district, case_id);
