-- What the rulebook says about planning; the lists of plans, campaigns, claims, officers' tasks, weekly dispatch and field work.
-- Every list is ordered by a day and an id, and has a district, by which it is filtered for whoever asks.

CREATE TABLE planning_rules (
    rulebook          text COLLATE "C" NOT NULL,
    version           text COLLATE "C" NOT NULL,
    valid_from        date NOT NULL,
    valid_to          date,
    key_share_percent integer,
    due_warning_days  integer,
    basis             text,
    PRIMARY KEY (rulebook, version)
);

CREATE TABLE plan_list (
    plan_id             text COLLATE "C" PRIMARY KEY,
    district            text COLLATE "C" NOT NULL,
    organ_id            text COLLATE "C" NOT NULL,
    organ               text NOT NULL,
    title               text NOT NULL,
    begins_on           date NOT NULL,
    state               text COLLATE "C" NOT NULL,
    revision            integer NOT NULL,
    planned_inspections integer NOT NULL,
    amendment_pending   boolean NOT NULL,
    version             integer NOT NULL
);
CREATE INDEX plan_list_by_day ON plan_list (begins_on, plan_id);
CREATE INDEX plan_list_by_organ ON plan_list (organ_id, begins_on, plan_id);

CREATE TABLE campaign_list (
    campaign_id  text COLLATE "C" PRIMARY KEY,
    district     text COLLATE "C" NOT NULL,
    plan_id      text COLLATE "C" NOT NULL,
    title        text NOT NULL,
    starts_on    date NOT NULL,
    ends_on      date NOT NULL,
    state        text COLLATE "C" NOT NULL,
    closed_on    date,
    version      integer NOT NULL
);
CREATE INDEX campaign_list_by_day ON campaign_list (starts_on, campaign_id);

-- Who enforces where in a campaign; the streams decide, this table only shows.
CREATE TABLE claim_list (
    claim_id      text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    campaign_id   text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    organ_id      text COLLATE "C",
    level         text NOT NULL,
    claimed_on    date NOT NULL
);
CREATE INDEX claim_list_by_campaign ON claim_list (campaign_id, claimed_on, claim_id);
CREATE INDEX claim_list_by_enterprise ON claim_list (enterprise_id, claimed_on, claim_id);

-- One row per officer and task, also of tasks that the officer no longer has (mine = false).
CREATE TABLE officer_tasks (
    duty_id         text COLLATE "C" PRIMARY KEY,
    officer_id      text COLLATE "C" NOT NULL,
    organ_id        text COLLATE "C" NOT NULL,
    task_id         text COLLATE "C" NOT NULL,
    district        text COLLATE "C" NOT NULL,
    enterprise_id   text COLLATE "C" NOT NULL,
    enterprise_name text NOT NULL,
    due_on          date NOT NULL,
    planned_on      date NOT NULL,
    state           text COLLATE "C" NOT NULL,
    warned          boolean NOT NULL,
    overdue         boolean NOT NULL,
    mine            boolean NOT NULL
);
CREATE INDEX officer_tasks_by_due ON officer_tasks (officer_id, due_on, duty_id) WHERE mine;
CREATE INDEX officer_tasks_by_place ON officer_tasks (officer_id, district, due_on, duty_id) WHERE mine;
CREATE INDEX officer_tasks_by_organ ON officer_tasks (organ_id, officer_id) WHERE mine;

-- Who was assigned to a task last, so that its later events find the officers' rows.
CREATE TABLE task_teams (
    task_id    text COLLATE "C" PRIMARY KEY,
    district   text COLLATE "C" NOT NULL,
    due_warned boolean NOT NULL,
    overdue    boolean NOT NULL,
    officers   jsonb NOT NULL
);

CREATE TABLE week_list (
    week_id     text COLLATE "C" PRIMARY KEY,
    campaign_id text COLLATE "C" NOT NULL,
    district    text COLLATE "C" NOT NULL,
    organ_id    text COLLATE "C" NOT NULL,
    organ       text NOT NULL,
    monday      date NOT NULL,
    done        text NOT NULL,
    planned     text NOT NULL,
    problems    jsonb NOT NULL,
    suggestions jsonb NOT NULL,
    supplements jsonb NOT NULL,
    version     integer NOT NULL
);
CREATE INDEX week_list_by_campaign ON week_list (campaign_id, monday, week_id);
CREATE INDEX week_list_by_district ON week_list (district, monday, week_id);

CREATE TABLE problem_list (
    problem_id  text COLLATE "C" PRIMARY KEY,
    campaign_id text COLLATE "C" NOT NULL,
    district    text COLLATE "C" NOT NULL,
    organ_id    text COLLATE "C" NOT NULL,
    organ       text NOT NULL,
    monday      date NOT NULL,
    problem     text NOT NULL,
    state       text COLLATE "C" NOT NULL,
    answer      text,
    reopened    integer NOT NULL,
    outcome     text,
    version     integer NOT NULL
);
CREATE INDEX problem_list_by_campaign ON problem_list (campaign_id, monday, problem_id);
CREATE INDEX problem_list_by_district ON problem_list (district, monday, problem_id);
CREATE INDEX problem_list_by_state ON problem_list (state, monday, problem_id);

CREATE TABLE bulletin_list (
    bulletin_id text COLLATE "C" PRIMARY KEY,
    campaign_id text COLLATE "C" NOT NULL,
    district    text COLLATE "C" NOT NULL,
    number      integer NOT NULL,
    monday      date NOT NULL,
    title       text NOT NULL,
    text        text NOT NULL,
    figures     jsonb NOT NULL
);
CREATE INDEX bulletin_list_by_campaign ON bulletin_list (campaign_id, monday, bulletin_id);

CREATE TABLE implementation_list (
    implementation_id text COLLATE "C" PRIMARY KEY,
    campaign_id       text COLLATE "C" NOT NULL,
    district          text COLLATE "C" NOT NULL,
    organ_id          text COLLATE "C" NOT NULL,
    organ             text NOT NULL,
    title             text NOT NULL,
    drafted_on        date NOT NULL,
    state             text COLLATE "C" NOT NULL,
    version_no        integer NOT NULL,
    in_force          integer NOT NULL,
    version           integer NOT NULL
);
CREATE INDEX implementation_list_by_campaign ON implementation_list (campaign_id, drafted_on, implementation_id);

CREATE TABLE demonstration_list (
    demonstration_id text COLLATE "C" PRIMARY KEY,
    campaign_id      text COLLATE "C" NOT NULL,
    district         text COLLATE "C" NOT NULL,
    enterprise_id    text COLLATE "C" NOT NULL,
    organ_id         text COLLATE "C" NOT NULL,
    organ            text NOT NULL,
    planned_on       date NOT NULL,
    topic            text NOT NULL,
    state            text COLLATE "C" NOT NULL,
    observers        jsonb NOT NULL,
    present          jsonb NOT NULL,
    lessons          text,
    version          integer NOT NULL
);
CREATE INDEX demonstration_list_by_campaign ON demonstration_list (campaign_id, planned_on, demonstration_id);
CREATE INDEX demonstration_list_by_district ON demonstration_list (district, planned_on, demonstration_id);

CREATE TABLE guidance_list (
    guidance_id   text COLLATE "C" PRIMARY KEY,
    campaign_id   text COLLATE "C" NOT NULL,
    district      text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    organ_id      text COLLATE "C" NOT NULL,
    organ         text NOT NULL,
    monday        date NOT NULL,
    planned_on    date NOT NULL,
    experts       jsonb NOT NULL,
    state         text COLLATE "C" NOT NULL,
    findings      jsonb NOT NULL,
    serious       integer NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX guidance_list_by_campaign ON guidance_list (campaign_id, planned_on, guidance_id);
CREATE INDEX guidance_list_by_week ON guidance_list (monday, planned_on, guidance_id);
CREATE INDEX guidance_list_by_district ON guidance_list (district, planned_on, guidance_id);

CREATE TABLE training_list (
    training_id text COLLATE "C" PRIMARY KEY,
    campaign_id text COLLATE "C" NOT NULL,
    district    text COLLATE "C" NOT NULL,
    organ_id    text COLLATE "C" NOT NULL,
    organ       text NOT NULL,
    title       text NOT NULL,
    modules     jsonb NOT NULL,
    planned_on  date NOT NULL,
    state       text COLLATE "C" NOT NULL,
    attended    integer NOT NULL,
    passed      integer NOT NULL,
    version     integer NOT NULL
);
CREATE INDEX training_list_by_campaign ON training_list (campaign_id, planned_on, training_id);

CREATE TABLE module_users (
    grant_id    text COLLATE "C" PRIMARY KEY,
    officer_id  text COLLATE "C" NOT NULL,
    district    text COLLATE "C" NOT NULL,
    module      text COLLATE "C" NOT NULL,
    training_id text COLLATE "C" NOT NULL,
    granted_on  date NOT NULL,
    state       text COLLATE "C" NOT NULL
);
CREATE INDEX module_users_by_officer ON module_users (officer_id, granted_on, grant_id);
CREATE INDEX module_users_by_module ON module_users (module, granted_on, grant_id);
CREATE INDEX module_users_by_district ON module_users (district, granted_on, grant_id);
