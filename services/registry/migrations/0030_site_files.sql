-- The list of enterprises tells what a file says now; what enterprises submitted waits for an officer.

ALTER TABLE enterprises ADD COLUMN status text COLLATE "C" NOT NULL DEFAULT 'producing';
ALTER TABLE enterprises ADD COLUMN sectors text[] NOT NULL DEFAULT '{}';
ALTER TABLE enterprises ADD COLUMN risk_grade text COLLATE "C";
ALTER TABLE enterprises ADD COLUMN standardisation_grade text COLLATE "C";
ALTER TABLE enterprises ADD COLUMN merged_into text COLLATE "C";

CREATE INDEX enterprises_by_sectors ON enterprises USING gin (sectors);

CREATE TABLE submissions (
    submission_id text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    sector        text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    submitted_on  date NOT NULL,
    answers       integer NOT NULL,
    accepted      integer,
    corrected     integer,
    rejected      integer,
    version       integer NOT NULL
);
CREATE INDEX submissions_by_state ON submissions (state, submitted_on, submission_id);
CREATE INDEX submissions_by_district ON submissions (district, state, submitted_on, submission_id);

SELECT show_by_district('submissions');
