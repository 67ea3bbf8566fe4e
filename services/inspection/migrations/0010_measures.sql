-- The list of measures: begun on a day, of a kind, how far, and until when its clock runs.
CREATE TABLE measures (
    measure_id    text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    kind          text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    inspection_id text COLLATE "C" NOT NULL,
    enterprise_id text COLLATE "C" NOT NULL,
    document_no   text,
    begun_on      date NOT NULL,
    due_on        date,
    version       integer NOT NULL
);
CREATE INDEX measures_list ON measures (begun_on, measure_id);
CREATE INDEX measures_by_state ON measures (state, begun_on, measure_id);
CREATE INDEX measures_by_kind ON measures (kind, begun_on, measure_id);
CREATE INDEX measures_by_district ON measures (district, begun_on, measure_id);
CREATE INDEX measures_by_enterprise ON measures (enterprise_id, begun_on, measure_id);
CREATE INDEX measures_by_inspection ON measures (inspection_id, begun_on, measure_id);
SELECT show_by_district('measures');
