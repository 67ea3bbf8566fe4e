-- Documents that were issued.
CREATE TABLE documents (
    document_id   text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    form          text COLLATE "C" NOT NULL,
    name          text NOT NULL,
    document_no   text,
    inspection_id text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    file_sha256   text NOT NULL,
    issued_on     date NOT NULL,
    signed        integer NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX documents_list ON documents (issued_on, document_id);
CREATE INDEX documents_by_state ON documents (state, issued_on, document_id);
CREATE INDEX documents_by_district ON documents (district, issued_on, document_id);
CREATE INDEX documents_by_inspection ON documents (inspection_id, issued_on, document_id);
