-- What a device takes along: whose inspections, the numbers leased to it, what happened at the site before.
CREATE TABLE inspection_teams (
    inspection_id text COLLATE "C" PRIMARY KEY,
    enterprise_id text COLLATE "C" NOT NULL,
    officers      text[] COLLATE "C" NOT NULL,
    planned_on    date NOT NULL,
    open          boolean NOT NULL
);
CREATE INDEX inspection_teams_by_officer ON inspection_teams USING gin (officers) WHERE open;
CREATE INDEX hazards_by_enterprise ON hazards (enterprise_id, found_on, hazard_id);
CREATE INDEX inspections_by_enterprise ON inspections (enterprise_id, planned_on, inspection_id);

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
