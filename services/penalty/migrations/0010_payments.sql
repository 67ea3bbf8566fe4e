-- What every party owes, what was paid and is to be given back; due_on is infinity where nothing is due: the most urgent comes first.
CREATE TABLE payment_list (
    payment_key     text COLLATE "C" PRIMARY KEY,
    case_id         text COLLATE "C" NOT NULL,
    party_id        text COLLATE "C" NOT NULL,
    district        text COLLATE "C" NOT NULL,
    state           text COLLATE "C" NOT NULL,
    enterprise_id   text COLLATE "C" NOT NULL,
    organ_id        text COLLATE "C" NOT NULL,
    organ           text NOT NULL,
    officers        text[] COLLATE "C" NOT NULL,
    case_no         text,
    document_no     text NOT NULL,
    case_key        text COLLATE "C",
    document_key    text COLLATE "C" NOT NULL,
    imposed_fen     bigint NOT NULL,
    amount_fen      bigint NOT NULL,
    surcharged_fen  bigint NOT NULL,
    surcharge_fen   bigint NOT NULL,
    remitted_fen    bigint NOT NULL,
    received_fen    bigint NOT NULL,
    refunded_fen    bigint NOT NULL,
    outstanding_fen bigint NOT NULL,
    credit_fen      bigint NOT NULL,
    opened_due_on   date NOT NULL,
    plan            jsonb,
    due_on          date NOT NULL,
    overdue         boolean NOT NULL,
    settled_on      date,
    version         integer NOT NULL
);
CREATE INDEX payment_list_by_due ON payment_list (due_on, payment_key);
CREATE INDEX payment_list_by_state ON payment_list (state, due_on, payment_key);
CREATE INDEX payment_list_by_district ON payment_list (district, due_on, payment_key);
CREATE INDEX payment_list_by_organ ON payment_list (organ_id, due_on, payment_key);
CREATE INDEX payment_list_by_officer ON payment_list USING gin (officers);
CREATE INDEX payment_list_by_enterprise ON payment_list (enterprise_id, due_on, payment_key);
CREATE INDEX payment_list_credits ON payment_list (due_on, payment_key) WHERE credit_fen > 0;
CREATE INDEX payment_list_by_case ON payment_list (case_id, payment_key);
CREATE INDEX payment_list_by_case_key ON payment_list (case_key);
CREATE INDEX payment_list_by_document ON payment_list (document_key);
SELECT show_by_district('payment_list');

-- What the list of payments tells of each case, kept until a fine falls due.
CREATE TABLE payment_cases (
    case_id       text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    organ_id      text COLLATE "C" NOT NULL,
    organ         text NOT NULL,
    officers      text[] COLLATE "C" NOT NULL,
    case_no       text
);
SELECT show_by_district('payment_cases');

-- Transfers that the bank reported: what they are for, or why that is not known yet. Payer and remark are kept sealed.
CREATE TABLE bank_transfers (
    bank_reference text COLLATE "C" PRIMARY KEY,
    district       text COLLATE "C" NOT NULL,
    state          text COLLATE "C" NOT NULL CHECK (state IN ('matched', 'unmatched', 'returned')),
    amount_fen     bigint NOT NULL,
    paid_on        date NOT NULL,
    payer          text,
    remark         text,
    reason         text,
    statement_id   text COLLATE "C",
    line           integer,
    case_id        text COLLATE "C",
    party_id       text COLLATE "C",
    returned_on    date,
    version        integer NOT NULL
);
CREATE INDEX bank_transfers_by_day ON bank_transfers (paid_on, bank_reference);
CREATE INDEX bank_transfers_by_state ON bank_transfers (state, paid_on, bank_reference);
CREATE INDEX bank_transfers_by_district ON bank_transfers (district, paid_on, bank_reference);
CREATE INDEX bank_transfers_by_statement ON bank_transfers (statement_id, paid_on, bank_reference);
CREATE INDEX bank_transfers_by_case ON bank_transfers (case_id, paid_on, bank_reference);
SELECT show_by_district('bank_transfers');
