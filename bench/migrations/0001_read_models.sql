-- The read models of the benchmark's events: three tables, as a service's list, its counters and its daily figures. The list has
-- the indexes that the platform's lists have: by day, by district, by enterprise, each with the key that a cursor needs.

CREATE TABLE finding_list (
    finding_id  text COLLATE "C" PRIMARY KEY,
    enterprise  text NOT NULL,
    district    text COLLATE "C" NOT NULL,
    findings    integer NOT NULL,
    last_number integer NOT NULL,
    fine_fen    bigint NOT NULL,
    noted_at    timestamptz NOT NULL
);
CREATE INDEX finding_list_by_day ON finding_list (noted_at, finding_id);
CREATE INDEX finding_list_by_district ON finding_list (district, noted_at, finding_id);
CREATE INDEX finding_list_by_enterprise ON finding_list (enterprise, finding_id);

CREATE TABLE finding_districts (
    district text COLLATE "C" PRIMARY KEY,
    findings bigint NOT NULL,
    fine_fen bigint NOT NULL
);

CREATE TABLE finding_days (
    day      text COLLATE "C" PRIMARY KEY,
    findings bigint NOT NULL
);

-- What another service's policy keeps of these events.
CREATE TABLE findings_seen (
    stream_id text COLLATE "C" NOT NULL,
    version   integer NOT NULL,
    PRIMARY KEY (stream_id, version)
);
