-- In whose account a transfer is: another organ's may have one with the same reference, which goes by reference and organ.
ALTER TABLE bank_transfers ADD COLUMN organ_id text COLLATE "C" NOT NULL DEFAULT '';
-- Cash whose correction waits to be decided: which kind; and whether something of it had been recorded wrongly.
ALTER TABLE spot_list ADD COLUMN proposed text COLLATE "C";
ALTER TABLE spot_list ADD COLUMN struck boolean NOT NULL DEFAULT false;
CREATE INDEX spot_list_proposed ON spot_list (clock_on, spot_id) WHERE proposed IS NOT NULL;
