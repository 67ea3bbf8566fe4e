-- Tables fed by other services' events (what tasks must know of the registry), and the list of tasks.

CREATE TABLE jurisdictions (
    jurisdiction_id text COLLATE "C" PRIMARY KEY,
    name            text NOT NULL,
    kind            text NOT NULL,
    parent          text COLLATE "C",
    organ_id        text COLLATE "C" NOT NULL,
    organ           text NOT NULL,
    valid_from      date,
    valid_to        date
);
CREATE INDEX jurisdictions_by_organ ON jurisdictions (organ_id);
CREATE INDEX jurisdictions_by_parent ON jurisdictions (parent);

CREATE TABLE enterprises (
    enterprise_id text COLLATE "C" PRIMARY KEY,
    name          text NOT NULL,
    uscc          text COLLATE "C" NOT NULL,
    district      text COLLATE "C" NOT NULL,
    sector        text COLLATE "C" NOT NULL
);
CREATE INDEX enterprises_by_sector ON enterprises (sector, enterprise_id);
CREATE INDEX enterprises_by_district ON enterprises (district, enterprise_id);

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
    PRIMARY KEY (officer_id, enterprise_id)
);

CREATE TABLE experts (
    expert_id text COLLATE "C" PRIMARY KEY,
    name      text NOT NULL,
    district  text COLLATE "C" NOT NULL
);

-- bases: JSON lists of {"text", "valid_from", "valid_to"}: the articles a rule rests on, each citable on its days.
CREATE TABLE rulebooks (
    rulebook          text COLLATE "C" NOT NULL,
    version           text COLLATE "C" NOT NULL,
    valid_from        date NOT NULL,
    valid_to          date,
    share_numerator   integer NOT NULL CHECK (share_numerator >= 0),
    share_denominator integer NOT NULL CHECK (share_denominator >= share_numerator AND share_denominator > 0),
    rounding          text NOT NULL,
    officers_minimum  integer NOT NULL CHECK (officers_minimum > 0),
    officers_bases    jsonb NOT NULL,
    plan_required     boolean NOT NULL,
    plan_bases        jsonb NOT NULL,
    PRIMARY KEY (rulebook, version)
);

CREATE TABLE task_list (
    task_id         text COLLATE "C" PRIMARY KEY,
    kind            text NOT NULL,
    campaign_id     text COLLATE "C",
    draw_id         text COLLATE "C",
    enterprise_id   text COLLATE "C" NOT NULL,
    enterprise_name text NOT NULL,
    uscc            text COLLATE "C" NOT NULL,
    district        text COLLATE "C" NOT NULL,
    sector          text COLLATE "C" NOT NULL,
    level           text NOT NULL,
    organ_id        text COLLATE "C" NOT NULL,
    organ           text NOT NULL,
    due_on          date NOT NULL,
    planned_on      date,
    state           text COLLATE "C" NOT NULL,
    overdue         boolean NOT NULL,
    officers        jsonb NOT NULL,
    experts         jsonb NOT NULL,
    inspection_id   text,
    completed_on    date,
    version         integer NOT NULL
);
CREATE INDEX task_list_by_due ON task_list (due_on, task_id);
CREATE INDEX task_list_by_district ON task_list (district, due_on, task_id);
CREATE INDEX task_list_by_organ ON task_list (organ_id, due_on, task_id);
CREATE INDEX task_list_by_state ON task_list (state, due_on, task_id);
CREATE INDEX task_list_by_campaign ON task_list (campaign_id, due_on, task_id);
