-- A file that was merged into another is no second enterprise.
ALTER TABLE fact_enterprises ADD COLUMN merged_into text COLLATE "C";
