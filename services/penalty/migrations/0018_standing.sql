-- When a hazard was ordered to be corrected, and when re-inspection last found it still there; which hazards are major.
ALTER TABLE hazards ADD COLUMN ordered_on date;
ALTER TABLE hazards ADD COLUMN failed_on date;

CREATE TABLE major_hazards (
    hazard_id text COLLATE "C" PRIMARY KEY,
    found_on  date NOT NULL
);

-- Enterprises whose closure is, or was, to be proposed to the government, those first that reached the number first.
CREATE TABLE closure_list (
    enterprise_id   text COLLATE "C" PRIMARY KEY,
    enterprise_name text NOT NULL,
    district        text COLLATE "C" NOT NULL,
    organ_id        text COLLATE "C" NOT NULL,
    state           text COLLATE "C" NOT NULL CHECK (state IN ('none', 'due', 'proposed', 'fallen', 'closed', 'not-closed')),
    rule            text NOT NULL,
    count           integer NOT NULL,
    case_id         text COLLATE "C" NOT NULL,
    case_ids        text[] NOT NULL,
    reached_on      date NOT NULL,
    proposed_on     date,
    authority       text,
    answered_on     date,
    version         integer NOT NULL
);
CREATE INDEX closure_list_by_day ON closure_list (reached_on, enterprise_id);
CREATE INDEX closure_list_by_district ON closure_list (district, reached_on, enterprise_id);
CREATE INDEX closure_list_by_organ ON closure_list (organ_id, reached_on, enterprise_id);
CREATE INDEX closure_list_by_state ON closure_list (state, reached_on, enterprise_id);
SELECT show_by_district('closure_list');
