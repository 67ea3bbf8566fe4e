-- Closed cases, whose order of steps is held against the required one.
CREATE INDEX closed_cases ON ledger_copy (seq) INCLUDE (district) WHERE type = 'casetrail.penalty.case-closed.v1';
