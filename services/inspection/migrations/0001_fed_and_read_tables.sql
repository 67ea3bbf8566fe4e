-- What other services' events tell (fed by policies), and this service's read models (kept by projections).

CREATE TABLE enterprises (
    enterprise_id   text COLLATE "C" PRIMARY KEY,
    sector          text NOT NULL,
    fields          jsonb NOT NULL,
    equipment_kinds text[] NOT NULL
);

-- Published versions never change; the hash is what the parsed copy in memory is known by.
CREATE TABLE catalogues (
    id           text COLLATE "C" PRIMARY KEY,
    valid_from   date NOT NULL,
    valid_to     date,
    published_at timestamptz NOT NULL,
    sha256       text NOT NULL,
    items        jsonb NOT NULL
);
CREATE INDEX catalogues_by_day ON catalogues (valid_from DESC, published_at DESC);

CREATE TABLE rulebooks (
    id           text COLLATE "C" PRIMARY KEY,
    valid_from   date NOT NULL,
    valid_to     date,
    published_at timestamptz NOT NULL,
    sha256       text NOT NULL,
    content      jsonb NOT NULL
);
CREATE INDEX rulebooks_by_day ON rulebooks (valid_from DESC, published_at DESC);

CREATE TABLE certificates (
    officer_id     text COLLATE "C" PRIMARY KEY,
    certificate_no text NOT NULL,
    valid_to       date NOT NULL
);

CREATE TABLE organs (
    organ_id     text COLLATE "C" PRIMARY KEY,
    district     text NOT NULL,
    abbreviation text NOT NULL
);

CREATE TABLE inspections (
    inspection_id   text COLLATE "C" PRIMARY KEY,
    district        text COLLATE "C" NOT NULL,
    state           text COLLATE "C" NOT NULL,
    kind            text NOT NULL,
    campaign_id     text,
    enterprise_id   text NOT NULL,
    enterprise_name text NOT NULL,
    sector          text NOT NULL,
    level           text NOT NULL,
    organ_id        text NOT NULL,
    planned_on      date NOT NULL,
    concluded_on    date,
    items           integer NOT NULL,
    answered        integer NOT NULL,
    hazards         integer NOT NULL,
    version         integer NOT NULL
);
CREATE INDEX inspections_list ON inspections (planned_on, inspection_id);
CREATE INDEX inspections_by_state ON inspections (state, planned_on, inspection_id);
CREATE INDEX inspections_by_district ON inspections (district, planned_on, inspection_id);

CREATE TABLE hazards (
    hazard_id     text COLLATE "C" PRIMARY KEY,
    district      text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    inspection_id text NOT NULL,
    enterprise_id text NOT NULL,
    item_code     text NOT NULL,
    key_item_code text,
    severity      text NOT NULL,
    fact          text NOT NULL,
    place         text NOT NULL,
    found_on      date NOT NULL,
    order_id      text,
    due_on        date,
    referral_id   text,
    version       integer NOT NULL
);
CREATE INDEX hazards_list ON hazards (found_on, hazard_id);
CREATE INDEX hazards_by_state ON hazards (state, found_on, hazard_id);
CREATE INDEX hazards_by_district ON hazards (district, found_on, hazard_id);

CREATE TABLE orders (
    order_id              text COLLATE "C" PRIMARY KEY,
    district              text COLLATE "C" NOT NULL,
    state                 text COLLATE "C" NOT NULL,
    inspection_id         text NOT NULL,
    enterprise_id         text NOT NULL,
    document_no           text NOT NULL,
    issued_on             date NOT NULL,
    due_on                date NOT NULL,
    hazards               integer NOT NULL,
    overdue               boolean NOT NULL,
    re_inspection_due_on  date,
    re_inspection_overdue boolean NOT NULL,
    version               integer NOT NULL
);
CREATE INDEX orders_list ON orders (issued_on, order_id);
CREATE INDEX orders_by_state ON orders (state, issued_on, order_id);
CREATE INDEX orders_by_district ON orders (district, issued_on, order_id);
