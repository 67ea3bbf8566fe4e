-- Where a ledger had got by a moment: the copy as of then is what stands before the first event recorded at or after it.
CREATE INDEX ledger_copy_by_recording ON ledger_copy (source, recorded_at, idx);
