-- Documents that were issued of cases, and who read which of them; ids of reads are made in the order of time.
CREATE TABLE documents (
    document_id   text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    form          text COLLATE "C" NOT NULL,
    name          text NOT NULL,
    document_no   text,
    case_id       text COLLATE "C" NOT NULL,
    party_id      text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    file_sha256   text NOT NULL,
    issued_on     date NOT NULL,
    signed        integer NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX documents_list ON documents (issued_on, document_id);
CREATE INDEX documents_by_state ON documents (state, issued_on, document_id);
CREATE INDEX documents_by_district ON documents (district, issued_on, document_id);
CREATE INDEX documents_by_case ON documents (case_id, issued_on, document_id);
CREATE INDEX documents_by_form ON documents (form, issued_on, document_id);
SELECT show_by_district('documents');

CREATE TABLE reads (
    read_id       text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    thing         text COLLATE "C" NOT NULL,
    thing_id      text COLLATE "C" NOT NULL,
    part          text COLLATE "C" NOT NULL,
    sha256        text,
    case_id       text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    reader_id     text COLLATE "C" NOT NULL,
    reader_role   text NOT NULL,
    reason        text,
    read_on       date NOT NULL,
    read_at       timestamptz NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX reads_list ON reads (read_on, read_id);
CREATE INDEX reads_by_district ON reads (district, read_on, read_id);
CREATE INDEX reads_of_thing ON reads (thing_id, read_on, read_id);
CREATE INDEX reads_by_reader ON reads (reader_id, read_on, read_id);
CREATE INDEX reads_by_enterprise ON reads (enterprise_id, read_on, read_id);
SELECT show_by_district('reads');
