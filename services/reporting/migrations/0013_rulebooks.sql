-- Rulebooks, which say of single days whether they are working days.
CREATE INDEX rulebooks_told ON ledger_copy (seq) WHERE type = 'casetrail.registry.rulebook-published.v1';
