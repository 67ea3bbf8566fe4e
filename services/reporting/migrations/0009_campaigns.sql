-- Campaigns, which everybody may read of: the newest first, and which of them have ended.
CREATE INDEX campaigns_told ON ledger_copy (type, seq)
    WHERE type IN ('casetrail.tasks.campaign-opened.v1', 'casetrail.tasks.campaign-closed.v1');
