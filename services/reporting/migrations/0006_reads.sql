-- Who was given a case file is the only thing that reporting records in a ledger of its own; who read what elsewhere is in the copy.
CREATE INDEX reads_of_subject ON events (subject, recorded_at, event_id);
CREATE INDEX reads_by_name ON events USING gin (named_in(stream_id, actor, data));
CREATE INDEX copied_reads_of_subject ON ledger_copy (subject, recorded_at, event_id) WHERE type LIKE '%.file-read.v1';
CREATE INDEX copied_reads_by_name ON ledger_copy USING gin (named_in(stream_id, actor, data)) WHERE type LIKE '%.file-read.v1';
