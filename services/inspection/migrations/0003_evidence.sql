-- Evidence by the day on which it was taken: what has not arrived, of a district; what belongs to whom; hashes that have arrived.
CREATE TABLE evidence (
    evidence_id   text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    kind          text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    arrived       boolean NOT NULL,
    inspection_id text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    order_id      text COLLATE "C",
    hazard_ids    text[] COLLATE "C" NOT NULL,
    sha256        text COLLATE "C",
    size          bigint,
    media_type    text COLLATE "C",
    captured_on   date NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX evidence_list ON evidence (captured_on, evidence_id);
CREATE INDEX evidence_by_state ON evidence (state, captured_on, evidence_id);
CREATE INDEX evidence_by_district ON evidence (district, captured_on, evidence_id);
CREATE INDEX evidence_by_district_and_state ON evidence (district, state, captured_on, evidence_id);
CREATE INDEX evidence_by_inspection ON evidence (inspection_id, captured_on, evidence_id);
CREATE INDEX evidence_by_order ON evidence (order_id, captured_on, evidence_id);
CREATE INDEX evidence_by_hazard ON evidence USING gin (hazard_ids);
CREATE INDEX evidence_by_hash ON evidence (sha256) WHERE arrived;
SELECT show_by_district('evidence');
