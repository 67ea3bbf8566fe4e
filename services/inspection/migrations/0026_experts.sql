-- Which visits experts are named for: their list, also of what is over, and what they take along.
ALTER TABLE inspection_teams ADD COLUMN experts text[] COLLATE "C" NOT NULL DEFAULT '{}',
                             ADD COLUMN district text COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX inspection_teams_by_expert ON inspection_teams USING gin (experts);
SELECT show_by_district('inspection_teams');
