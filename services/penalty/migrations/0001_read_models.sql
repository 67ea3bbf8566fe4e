-- Tables fed by other services' events (what decisions need to know of their worlds), and the case list.

CREATE TABLE organs (
    organ_id        text COLLATE "C" PRIMARY KEY,
    organ           text NOT NULL,
    jurisdiction_id text COLLATE "C" NOT NULL,
    abbreviation    text NOT NULL
);

CREATE TABLE officers (
    officer_id           text COLLATE "C" PRIMARY KEY,
    name                 text NOT NULL,
    organ_id             text COLLATE "C" NOT NULL,
    district             text COLLATE "C" NOT NULL,
    certificate_no       text NOT NULL,
    certificate_valid_to date NOT NULL
);
CREATE INDEX officers_by_organ ON officers (organ_id, officer_id);

CREATE TABLE recusals (
    officer_id    text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    reason        text NOT NULL,
    PRIMARY KEY (enterprise_id, officer_id)
);

CREATE TABLE enterprises (
    enterprise_id text COLLATE "C" PRIMARY KEY,
    name          text NOT NULL,
    uscc          text COLLATE "C" NOT NULL,
    address       text NOT NULL,
    district      text COLLATE "C" NOT NULL
);

CREATE TABLE catalogue_items (
    catalogue text COLLATE "C" NOT NULL,
    code      text COLLATE "C" NOT NULL,
    content   jsonb NOT NULL,
    PRIMARY KEY (catalogue, code)
);

CREATE TABLE rulebooks (
    name       text COLLATE "C" PRIMARY KEY,
    valid_from date NOT NULL,
    valid_to   date,
    content    text NOT NULL  -- JSON, read whole and often, never searched
);
CREATE INDEX rulebooks_by_day ON rulebooks (valid_from DESC);

-- Where each hazard's rectification stands, as inspection says.
CREATE TABLE hazards (
    hazard_id     text COLLATE "C" PRIMARY KEY,
    enterprise_id text COLLATE "C" NOT NULL,
    district      text COLLATE "C" NOT NULL,
    state         text NOT NULL CHECK (state IN ('referred', 'ordered', 'failed', 'rectified')),
    due_on        date
);

-- The list of cases; clock_on is the day its next clock runs out, infinity if none runs: what is most urgent comes first.
CREATE TABLE case_list (
    case_id          text COLLATE "C" PRIMARY KEY,
    district         text COLLATE "C" NOT NULL,
    state            text COLLATE "C" NOT NULL,
    case_no          text,
    cause            text,
    enterprise_id    text COLLATE "C" NOT NULL,
    enterprise_name  text NOT NULL,
    organ_id         text COLLATE "C" NOT NULL,
    organ            text NOT NULL,
    level            text NOT NULL,
    act_date         date NOT NULL,
    filed_on         date,
    decision_due_on  date,
    statement_due_on date,
    payment_due_on   date,
    decided_on       date,
    closed_on        date,
    intended_fen     bigint,
    total_fen        bigint,
    paid_fen         bigint NOT NULL,
    overdue          boolean NOT NULL,
    payment_overdue  boolean NOT NULL,
    review           text,
    clock            text,
    clock_on         date NOT NULL,
    version          integer NOT NULL
);
CREATE INDEX case_list_by_clock ON case_list (clock_on, case_id);
CREATE INDEX case_list_by_state ON case_list (state, clock_on, case_id);
CREATE INDEX case_list_by_district ON case_list (district, clock_on, case_id);
CREATE INDEX case_list_by_organ ON case_list (organ_id, clock_on, case_id);
CREATE INDEX case_list_by_enterprise ON case_list (enterprise_id, case_id);
