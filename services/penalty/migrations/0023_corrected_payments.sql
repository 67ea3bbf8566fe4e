-- Whether a payment was ever late, beside whether something of it is owed late now: a surcharge decided after the fine was paid is late too.
ALTER TABLE payment_list ADD COLUMN flagged boolean NOT NULL DEFAULT false;
-- Transfers that were typed in wrongly and struck; transfers whose correction waits to be decided: which kind.
ALTER TABLE bank_transfers DROP CONSTRAINT bank_transfers_state_check;
ALTER TABLE bank_transfers ADD CONSTRAINT bank_transfers_state_check CHECK (state IN ('matched', 'unmatched', 'returned', 'struck'));
ALTER TABLE bank_transfers ADD COLUMN proposed text COLLATE "C";
CREATE INDEX bank_transfers_proposed ON bank_transfers (paid_on, bank_reference) WHERE proposed IS NOT NULL;
