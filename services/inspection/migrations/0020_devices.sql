-- Devices, and how many commands of each wait to be carried out.
CREATE TABLE devices (
    device_id     text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    officer_id    text COLLATE "C" NOT NULL,
    label         text NOT NULL,
    registered_on date NOT NULL,
    received      integer NOT NULL,
    waiting       integer NOT NULL,
    version       integer NOT NULL
);
CREATE INDEX devices_list ON devices (registered_on, device_id);
CREATE INDEX devices_by_state ON devices (state, registered_on, device_id);
CREATE INDEX devices_by_district ON devices (district, registered_on, device_id);
CREATE INDEX devices_that_wait ON devices (device_id) WHERE waiting > 0;
