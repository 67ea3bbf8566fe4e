-- The period of the rulebook behind a clock, where it is not that of all clocks of its kind: a limit that was extended, a right after another.
ALTER TABLE calendar ADD COLUMN period text COLLATE "C" NOT NULL DEFAULT '';
