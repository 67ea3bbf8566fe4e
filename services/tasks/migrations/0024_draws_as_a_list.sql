-- Draws as a list: by the day on which they were committed to, each with the titles of what it belongs to.
CREATE TABLE draw_list (
    draw_id        text COLLATE "C" PRIMARY KEY,
    district       text COLLATE "C" NOT NULL,
    organ_id       text COLLATE "C" NOT NULL,
    campaign_id    text COLLATE "C",
    campaign_title text,
    plan_id        text COLLATE "C",
    plan_title     text,
    purpose        text COLLATE "C" NOT NULL,
    committed_on   date NOT NULL,
    revealed_on    date,
    state          text COLLATE "C" NOT NULL,
    pool           integer NOT NULL,
    picks          integer NOT NULL,
    drawn          integer NOT NULL,
    unassigned     integer NOT NULL,
    version        integer NOT NULL
);
CREATE INDEX draw_list_in_order ON draw_list (committed_on, draw_id);
CREATE INDEX draw_list_in_order_by_district ON draw_list (district, committed_on, draw_id);
CREATE INDEX draw_list_by_organ ON draw_list (organ_id, committed_on, draw_id);
CREATE INDEX draw_list_by_campaign ON draw_list (campaign_id, committed_on, draw_id);
CREATE INDEX draw_list_by_plan ON draw_list (plan_id, committed_on, draw_id);
CREATE INDEX draw_list_by_state ON draw_list (state, committed_on, draw_id);
SELECT show_by_district('draw_list'::regclass);

-- What draws are told to belong to, plans and campaigns by their titles: kept with the list, so that it is rebuilt alone.
CREATE TABLE draw_matters (
    matter_id  text COLLATE "C" PRIMARY KEY,
    district   text COLLATE "C" NOT NULL,
    title      text NOT NULL,
    plan_id    text COLLATE "C" NOT NULL,
    plan_title text
);
SELECT show_by_district('draw_matters'::regclass);
