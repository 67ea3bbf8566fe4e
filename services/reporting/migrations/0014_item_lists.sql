-- Lists of items, by which rows of hazards are called: the newest in force when each was found.
CREATE INDEX item_lists_told ON ledger_copy (seq) WHERE type = 'casetrail.registry.catalogue-published.v1';
