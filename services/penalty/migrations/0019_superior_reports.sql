-- Serious penalties that are, or were, to be reported to the organ above, what is due next first.
CREATE TABLE superior_reports (
    report_key    text COLLATE "C" PRIMARY KEY,
    case_id       text COLLATE "C" NOT NULL,
    party_id      text COLLATE "C" NOT NULL,
    district      text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    document_no   text NOT NULL,
    decided_on    date NOT NULL,
    total_fen     bigint NOT NULL,
    kinds         text[] NOT NULL,
    report_by     date NOT NULL,
    state         text COLLATE "C" NOT NULL CHECK (state IN ('due', 'overdue', 'reported', 'revoked')),
    reported_on   date,
    authority     text,
    reference_no  text,
    late          boolean NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX superior_reports_by_day ON superior_reports (report_by, report_key);
CREATE INDEX superior_reports_by_district ON superior_reports (district, report_by, report_key);
CREATE INDEX superior_reports_by_state ON superior_reports (state, report_by, report_key);
SELECT show_by_district('superior_reports');
