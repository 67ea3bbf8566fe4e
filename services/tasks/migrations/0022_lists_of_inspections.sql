-- Approvals of single inspections as a list, and the counts of a year by district.
CREATE TABLE approval_list (
    task_id       text COLLATE "C" PRIMARY KEY,
    enterprise_id text COLLATE "C" NOT NULL,
    district      text COLLATE "C" NOT NULL,
    organ_id      text COLLATE "C" NOT NULL,
    planned_on    date NOT NULL,
    requested_by  text COLLATE "C" NOT NULL,
    urgent        boolean NOT NULL,
    over_cap      boolean NOT NULL,
    state         text COLLATE "C" NOT NULL,
    decided_by    text COLLATE "C",
    overdue       boolean NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX approval_list_in_order ON approval_list (planned_on, task_id);
CREATE INDEX approval_list_in_order_by_district ON approval_list (district, planned_on, task_id);
CREATE INDEX approval_list_by_organ ON approval_list (organ_id, state, planned_on, task_id);
CREATE INDEX approval_list_by_enterprise ON approval_list (enterprise_id, planned_on, task_id);
SELECT show_by_district('approval_list'::regclass);

CREATE INDEX inspection_counts_by_district ON inspection_counts (district, year, enterprise_id);
