-- Counters of measures, a table for each fact: what the rows of a district with one value of one dimension add to each measure in
-- a month (grain 'm') and in a year ('y'), which stand at their first day. A measure that is out of something has a second column.
-- District '*' is all of them together, which only whoever sees every district is shown. A stock's column holds what began less
-- what ended. Days of a month that is asked for in part are added up from the facts themselves (queries/counters).
CREATE TABLE counters (
    dim      text COLLATE "C" NOT NULL,  -- empty: the measures' totals
    grain    text COLLATE "C" NOT NULL,
    district text COLLATE "C" NOT NULL,
    day      date NOT NULL,
    value    text COLLATE "C" NOT NULL,
    PRIMARY KEY (dim, grain, district, day, value)
);

CREATE TABLE sums_cases (LIKE counters INCLUDING ALL);
ALTER TABLE sums_cases
    ADD COLUMN cases_registered bigint NOT NULL, ADD COLUMN cases_filed bigint NOT NULL,
    ADD COLUMN cases_open bigint NOT NULL, ADD COLUMN cases_undecided bigint NOT NULL, ADD COLUMN penalties bigint NOT NULL,
    ADD COLUMN penalty_amount_fen bigint NOT NULL, ADD COLUMN penalty_current_fen bigint NOT NULL,
    ADD COLUMN penalty_paid_fen bigint NOT NULL, ADD COLUMN decision_days bigint NOT NULL,
    ADD COLUMN decision_days_of bigint NOT NULL, ADD COLUMN cases_online bigint NOT NULL,
    ADD COLUMN cases_online_of bigint NOT NULL;
CREATE TABLE sums_coverage (LIKE counters INCLUDING ALL);
ALTER TABLE sums_coverage
    ADD COLUMN enterprises_covered bigint NOT NULL;
CREATE TABLE sums_documents (LIKE counters INCLUDING ALL);
ALTER TABLE sums_documents
    ADD COLUMN documents bigint NOT NULL;
CREATE TABLE sums_enterprises (LIKE counters INCLUDING ALL);
ALTER TABLE sums_enterprises
    ADD COLUMN enterprises bigint NOT NULL, ADD COLUMN register_completeness bigint NOT NULL,
    ADD COLUMN register_completeness_of bigint NOT NULL;
CREATE TABLE sums_hazards (LIKE counters INCLUDING ALL);
ALTER TABLE sums_hazards
    ADD COLUMN hazards bigint NOT NULL, ADD COLUMN key_item_hazards bigint NOT NULL,
    ADD COLUMN hazards_rectified bigint NOT NULL, ADD COLUMN rectification_percent bigint NOT NULL,
    ADD COLUMN rectification_percent_of bigint NOT NULL, ADD COLUMN rectification_days bigint NOT NULL,
    ADD COLUMN rectification_days_of bigint NOT NULL, ADD COLUMN hazards_open bigint NOT NULL;
CREATE TABLE sums_inspections (LIKE counters INCLUDING ALL);
ALTER TABLE sums_inspections
    ADD COLUMN inspections bigint NOT NULL, ADD COLUMN officer_visits bigint NOT NULL,
    ADD COLUMN expert_visits bigint NOT NULL, ADD COLUMN inspections_with_hazards bigint NOT NULL,
    ADD COLUMN inspections_with_hazards_of bigint NOT NULL, ADD COLUMN inspections_online bigint NOT NULL,
    ADD COLUMN inspections_online_of bigint NOT NULL;
CREATE TABLE sums_jurisdictions (LIKE counters INCLUDING ALL);
ALTER TABLE sums_jurisdictions
    ADD COLUMN jurisdictions bigint NOT NULL;
CREATE TABLE sums_orders (LIKE counters INCLUDING ALL);
ALTER TABLE sums_orders
    ADD COLUMN orders bigint NOT NULL, ADD COLUMN orders_open bigint NOT NULL;
CREATE TABLE sums_people (LIKE counters INCLUDING ALL);
ALTER TABLE sums_people
    ADD COLUMN people_active bigint NOT NULL;
CREATE TABLE sums_reinspections (LIKE counters INCLUDING ALL);
ALTER TABLE sums_reinspections
    ADD COLUMN re_inspections bigint NOT NULL, ADD COLUMN re_inspection_percent bigint NOT NULL,
    ADD COLUMN re_inspection_percent_of bigint NOT NULL;
CREATE TABLE sums_tasks (LIKE counters INCLUDING ALL);
ALTER TABLE sums_tasks
    ADD COLUMN tasks_generated bigint NOT NULL, ADD COLUMN tasks_completed bigint NOT NULL,
    ADD COLUMN completion_percent bigint NOT NULL, ADD COLUMN completion_percent_of bigint NOT NULL,
    ADD COLUMN city_share bigint NOT NULL, ADD COLUMN city_share_of bigint NOT NULL,
    ADD COLUMN campaign_coverage bigint NOT NULL, ADD COLUMN campaign_coverage_of bigint NOT NULL,
    ADD COLUMN tasks_open bigint NOT NULL;
CREATE TABLE sums_use (LIKE counters INCLUDING ALL);
ALTER TABLE sums_use
    ADD COLUMN events bigint NOT NULL, ADD COLUMN events_from_devices bigint NOT NULL,
    ADD COLUMN events_from_devices_of bigint NOT NULL, ADD COLUMN events_deferred bigint NOT NULL,
    ADD COLUMN events_deferred_of bigint NOT NULL;
DROP TABLE counters;

SELECT show_by_district(name::regclass) FROM unnest(ARRAY[
    'sums_cases', 'sums_coverage', 'sums_documents', 'sums_enterprises', 'sums_hazards', 'sums_inspections',
    'sums_jurisdictions', 'sums_orders', 'sums_people', 'sums_reinspections', 'sums_tasks', 'sums_use'
]) AS name;

-- Counters by day belong to the version before; a database that begins now never uses them.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM projections WHERE name = 'facts') THEN
        DROP TABLE figure_cells;
    END IF;
END $$;

-- Steps of stocks that days alone bring: nearer to their last day, over it, known since.
CREATE INDEX fact_tasks_by_due ON fact_tasks (due_on);
CREATE INDEX fact_hazards_by_due ON fact_hazards (due_on);
CREATE INDEX fact_orders_by_due ON fact_orders (due_on);
CREATE INDEX fact_cases_by_due ON fact_cases (decision_due_on);
CREATE INDEX fact_enterprises_by_head ON fact_enterprises (head_on);
CREATE INDEX fact_enterprises_by_safety_head ON fact_enterprises (safety_head_on);
CREATE INDEX fact_enterprises_by_staff ON fact_enterprises (staff_on);
CREATE INDEX fact_enterprises_by_places ON fact_enterprises (places_on);
CREATE INDEX fact_enterprises_by_equipment ON fact_enterprises (equipment_on);
CREATE INDEX fact_enterprises_by_standard ON fact_enterprises (standard_on);
CREATE INDEX fact_enterprises_by_grading ON fact_enterprises (graded_on);
CREATE INDEX fact_enterprises_by_confirmation ON fact_enterprises (confirmed_on);
CREATE INDEX fact_jurisdictions_by_day ON fact_jurisdictions (valid_since, jurisdiction_id);
