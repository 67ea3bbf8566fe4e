-- The facts behind the panels, and the counters that panels are answered from (queries/measures).
-- Days on which something ends are 'infinity' while it has not ended: a stock of a day is what began by then and ends later.

ALTER TABLE fact_jurisdictions
    ADD COLUMN valid_since date NOT NULL DEFAULT '1900-01-01',
    ADD COLUMN valid_until date NOT NULL DEFAULT 'infinity';

ALTER TABLE fact_enterprises
    ADD COLUMN registered_on date, ADD COLUMN ended_on date NOT NULL DEFAULT 'infinity',
    ADD COLUMN grade text, ADD COLUMN standard text,
    ADD COLUMN head_on date, ADD COLUMN safety_head_on date, ADD COLUMN staff_on date, ADD COLUMN places_on date,
    ADD COLUMN equipment_on date, ADD COLUMN standard_on date, ADD COLUMN graded_on date, ADD COLUMN confirmed_on date;
CREATE INDEX fact_enterprises_by_day ON fact_enterprises (registered_on, enterprise_id);

ALTER TABLE fact_tasks
    ADD COLUMN sector text, ADD COLUMN grade text, ADD COLUMN generated_on date,
    ADD COLUMN ended_on date NOT NULL DEFAULT 'infinity', ADD COLUMN lateness text;
CREATE INDEX fact_tasks_by_day ON fact_tasks (generated_on, task_id);
CREATE INDEX fact_tasks_by_completion ON fact_tasks (completed_on, task_id) WHERE completed_on IS NOT NULL;
CREATE INDEX fact_tasks_by_campaign ON fact_tasks (campaign_id, generated_on, task_id);
CREATE INDEX fact_tasks_open ON fact_tasks (ended_on, task_id);

ALTER TABLE fact_inspections
    ALTER COLUMN concluded_on DROP NOT NULL, ALTER COLUMN officers DROP NOT NULL, ALTER COLUMN experts DROP NOT NULL,
    ADD COLUMN kind text, ADD COLUMN campaign_id text, ADD COLUMN level text, ADD COLUMN sector text,
    ADD COLUMN hazards integer, ADD COLUMN documents integer NOT NULL DEFAULT 0, ADD COLUMN checked_in boolean,
    ADD COLUMN online integer NOT NULL DEFAULT 0;
CREATE INDEX fact_inspections_by_day ON fact_inspections (concluded_on, inspection_id) WHERE concluded_on IS NOT NULL;
CREATE INDEX fact_inspections_by_campaign ON fact_inspections (campaign_id, concluded_on, inspection_id);

CREATE TABLE fact_coverage (
    coverage_id   text COLLATE "C" PRIMARY KEY,  -- enterprise and year
    enterprise_id text COLLATE "C" NOT NULL,
    inspection_id text COLLATE "C" NOT NULL,
    year          text NOT NULL,
    first_on      date NOT NULL,
    sector        text,
    grade         text,
    district      text COLLATE "C" NOT NULL,
    seq           bigint NOT NULL
);
CREATE INDEX fact_coverage_by_day ON fact_coverage (first_on, coverage_id);

ALTER TABLE fact_hazards
    ADD COLUMN sector text, ADD COLUMN due_on date, ADD COLUMN ended_on date NOT NULL DEFAULT 'infinity', ADD COLUMN days integer;
CREATE INDEX fact_hazards_by_day ON fact_hazards (found_on, hazard_id);
CREATE INDEX fact_hazards_by_rectification ON fact_hazards (rectified_on, hazard_id) WHERE rectified_on IS NOT NULL;
CREATE INDEX fact_hazards_by_item ON fact_hazards (item_code, found_on, hazard_id);
CREATE INDEX fact_hazards_by_key_item ON fact_hazards (key_item_code, found_on, hazard_id) WHERE key_item_code IS NOT NULL;
CREATE INDEX fact_hazards_open ON fact_hazards (ended_on, hazard_id);

CREATE TABLE fact_orders (
    order_id      text COLLATE "C" PRIMARY KEY,
    inspection_id text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    document_no   text,
    sector        text,
    issued_on     date NOT NULL,
    due_on        date,
    done_on       date NOT NULL DEFAULT 'infinity',
    hazards       integer NOT NULL,
    looked_at     integer NOT NULL,  -- how often it was re-inspected
    district      text COLLATE "C" NOT NULL,
    seq           bigint NOT NULL
);
CREATE INDEX fact_orders_by_day ON fact_orders (issued_on, order_id);
CREATE INDEX fact_orders_open ON fact_orders (done_on, order_id);

CREATE TABLE fact_reinspections (
    reinspection_id text COLLATE "C" PRIMARY KEY,  -- the order and its stream's version
    order_id        text COLLATE "C" NOT NULL,
    enterprise_id   text COLLATE "C" NOT NULL,
    re_inspected_on date NOT NULL,
    outcome         text NOT NULL,
    hazards         integer NOT NULL,
    passed          integer NOT NULL,
    sector          text,
    district        text COLLATE "C" NOT NULL,
    seq             bigint NOT NULL
);
CREATE INDEX fact_reinspections_by_day ON fact_reinspections (re_inspected_on, reinspection_id);

-- Cases, and penalties on the spot beside them.
ALTER TABLE fact_penalties RENAME TO fact_cases;
ALTER TABLE fact_cases RENAME CONSTRAINT fact_penalties_pkey TO fact_cases_pkey;
ALTER INDEX fact_penalties_by_district RENAME TO fact_cases_by_district;
UPDATE projections SET tables = array_replace(tables, 'fact_penalties', 'fact_cases') WHERE name = 'facts' AND state = 'live';
ALTER TABLE fact_cases
    ALTER COLUMN document_no DROP NOT NULL, ALTER COLUMN decided_on DROP NOT NULL, ALTER COLUMN total_fen DROP NOT NULL,
    ADD COLUMN stream_id text COLLATE "C", ADD COLUMN kind text, ADD COLUMN origin text, ADD COLUMN organ text,
    ADD COLUMN level text, ADD COLUMN state text, ADD COLUMN outcome text, ADD COLUMN registered_on date,
    ADD COLUMN filed_on date, ADD COLUMN decision_due_on date, ADD COLUMN undecided_until date NOT NULL DEFAULT 'infinity',
    ADD COLUMN closed_on date NOT NULL DEFAULT 'infinity', ADD COLUMN days integer, ADD COLUMN initial_fen bigint,
    ADD COLUMN paid_fen bigint NOT NULL DEFAULT 0, ADD COLUMN documents integer NOT NULL DEFAULT 0;
CREATE INDEX fact_cases_by_day ON fact_cases (registered_on, case_id);
CREATE INDEX fact_cases_by_filing ON fact_cases (filed_on, case_id) WHERE filed_on IS NOT NULL;
CREATE INDEX fact_cases_by_decision ON fact_cases (decided_on, case_id) WHERE decided_on IS NOT NULL;
CREATE INDEX fact_cases_open ON fact_cases (closed_on, case_id);
CREATE INDEX fact_cases_undecided ON fact_cases (undecided_until, case_id);

CREATE TABLE fact_documents (
    document_id   text COLLATE "C" PRIMARY KEY,
    enterprise_id text COLLATE "C",
    service       text NOT NULL,
    form          text NOT NULL,
    name          text,
    document_no   text,
    about         text,
    issued_on     date NOT NULL,
    state         text NOT NULL,
    district      text COLLATE "C" NOT NULL,
    seq           bigint NOT NULL
);
CREATE INDEX fact_documents_by_day ON fact_documents (issued_on, document_id);
CREATE INDEX fact_documents_by_form ON fact_documents (form, issued_on, document_id);

CREATE TABLE fact_use (
    use_id       text COLLATE "C" PRIMARY KEY,  -- day, district and service
    day          date NOT NULL,
    service      text NOT NULL,
    events       integer NOT NULL,
    from_devices integer NOT NULL,
    deferred     integer NOT NULL,
    district     text COLLATE "C" NOT NULL,
    seq          bigint NOT NULL
);
CREATE INDEX fact_use_by_day ON fact_use (day, use_id);

CREATE TABLE fact_people (
    people_id text COLLATE "C" PRIMARY KEY,  -- month, district and person
    month     text NOT NULL,
    role      text NOT NULL,
    first_on  date NOT NULL,
    district  text COLLATE "C" NOT NULL,
    seq       bigint NOT NULL
);
CREATE INDEX fact_people_by_day ON fact_people (first_on, people_id);

-- A measure's counters by day ('d') and by month ('m'): what the rows of a district with one value of one dimension add to it.
-- A stock's counters hold what began less what ended: their sum up to a day is the stock of that day.
CREATE TABLE figure_cells (
    cell     text COLLATE "C" PRIMARY KEY,
    measure  text COLLATE "C" NOT NULL,
    dim      text COLLATE "C" NOT NULL,  -- empty: the measure's totals
    grain    text COLLATE "C" NOT NULL,
    day      date NOT NULL,
    district text COLLATE "C" NOT NULL,
    value    text COLLATE "C" NOT NULL,
    counts   bigint NOT NULL,
    out_of   bigint NOT NULL
);
CREATE INDEX figure_cells_by_day ON figure_cells (measure, dim, grain, day);

-- What happened in a district on a day: the events behind the figures of use.
CREATE INDEX ledger_copy_by_day ON ledger_copy (district, occurred_at, seq);

CREATE INDEX fact_jurisdictions_valid ON fact_jurisdictions (valid_until, jurisdiction_id);
CREATE INDEX fact_enterprises_open ON fact_enterprises (ended_on, enterprise_id);

SELECT show_by_district(name::regclass) FROM unnest(ARRAY[
    'fact_jurisdictions', 'fact_enterprises', 'fact_tasks', 'fact_inspections', 'fact_coverage', 'fact_hazards', 'fact_orders',
    'fact_reinspections', 'fact_cases', 'fact_documents', 'fact_use', 'fact_people', 'figure_cells'
]) AS name;
