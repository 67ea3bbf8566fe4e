-- Penalties decided on the spot, those first whose next clock runs out first (infinity: none runs); and numbers that devices hold.
CREATE TABLE spot_list (
    spot_id       text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL CHECK (state IN ('incomplete', 'complete', 'closed')),
    enterprise_id text COLLATE "C" NOT NULL,
    party_kind    text COLLATE "C" NOT NULL,
    party_name    text NOT NULL,
    organ_id      text COLLATE "C" NOT NULL,
    organ         text NOT NULL,
    form_no       integer NOT NULL,
    document_no   text,
    decided_on    date NOT NULL,
    kinds         text[] NOT NULL,
    total_fen     bigint NOT NULL,
    cash_fen      bigint NOT NULL,
    report_by     date NOT NULL,
    reported_on   date,
    hand_over_by  date,
    deposit_by    date,
    defects       text[] NOT NULL,
    closed_on     date,
    clock         text,
    clock_on      date NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX spot_list_by_clock ON spot_list (clock_on, spot_id);
CREATE INDEX spot_list_by_state ON spot_list (state, clock_on, spot_id);
CREATE INDEX spot_list_by_district ON spot_list (district, clock_on, spot_id);
CREATE INDEX spot_list_by_organ ON spot_list (organ_id, clock_on, spot_id);
CREATE INDEX spot_list_by_enterprise ON spot_list (enterprise_id, clock_on, spot_id);
SELECT show_by_district('spot_list');

CREATE TABLE device_numbers (
    series    text COLLATE "C" NOT NULL,
    lease_id  text COLLATE "C" NOT NULL,
    first     integer NOT NULL,
    last      integer NOT NULL,
    device_id text COLLATE "C" NOT NULL,
    pattern   text,
    PRIMARY KEY (series, lease_id, first)
);
CREATE INDEX device_numbers_by_device ON device_numbers (device_id, series, first);
