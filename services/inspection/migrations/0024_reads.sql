-- Who read which document or evidence: of one thing, by one reader, about one enterprise; ids are made in the order of time.
CREATE TABLE reads (
    read_id       text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    thing         text COLLATE "C" NOT NULL,
    thing_id      text COLLATE "C" NOT NULL,
    part          text COLLATE "C" NOT NULL,
    sha256        text,
    inspection_id text COLLATE "C" NOT NULL,
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
