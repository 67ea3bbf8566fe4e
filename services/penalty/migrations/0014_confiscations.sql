-- Illegal gains that are confiscated beside the fine: imposed, and owed now.
ALTER TABLE payment_list ADD COLUMN confiscated_fen bigint NOT NULL DEFAULT 0;
ALTER TABLE payment_list ADD COLUMN confiscation_fen bigint NOT NULL DEFAULT 0;
