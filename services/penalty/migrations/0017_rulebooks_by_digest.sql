-- A rulebook is long and asked for with every step: who knows its digest is not sent it again.
ALTER TABLE rulebooks ADD COLUMN digest text COLLATE "C" NOT NULL GENERATED ALWAYS AS (md5(content)) STORED;
