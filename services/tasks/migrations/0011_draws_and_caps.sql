-- Whom a draw skips, and what the yearly cap of inspections depends on.

ALTER TABLE enterprises ADD COLUMN production_status text COLLATE "C" NOT NULL DEFAULT 'producing';
ALTER TABLE enterprises ADD COLUMN standardisation_grade text COLLATE "C" NOT NULL DEFAULT 'none';
