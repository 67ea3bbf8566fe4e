-- An enterprise lists what it submitted itself.

CREATE INDEX submissions_by_enterprise ON submissions (enterprise_id, state, submitted_on, submission_id);
