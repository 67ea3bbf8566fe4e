-- What the register says of a site beyond its first sector, and what the rulebook demands of key enterprises and of officers.
ALTER TABLE enterprises
    ADD COLUMN further_sectors text[] COLLATE "C" NOT NULL DEFAULT '{}',
    ADD COLUMN risk_grade text COLLATE "C";
CREATE INDEX enterprises_by_further_sector ON enterprises USING gin (further_sectors);

ALTER TABLE planning_rules ADD COLUMN key_risk_grades text[] COLLATE "C" NOT NULL DEFAULT '{}';
ALTER TABLE rulebooks ADD COLUMN required_modules text[] COLLATE "C" NOT NULL DEFAULT '{}';
