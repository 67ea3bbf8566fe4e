-- Fed by penalty's events: the cases whose files the law keeps, and the officers who handle them. Filed: `filed_on` is set.

CREATE TABLE kept_files (
    case_id       text COLLATE "C" PRIMARY KEY,
    enterprise_id text COLLATE "C" NOT NULL,
    officers      text[] NOT NULL DEFAULT '{}',
    case_no       text,
    filed_on      date
);
CREATE INDEX kept_files_by_enterprise ON kept_files (enterprise_id);
CREATE INDEX kept_files_by_officer ON kept_files USING gin (officers);

-- Whose site a refused row tells of, as far as it can be told: erasing a person of an enterprise takes its rows away.
ALTER TABLE refused_rows ADD COLUMN enterprise_id text COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX refused_rows_by_enterprise ON refused_rows (enterprise_id);
