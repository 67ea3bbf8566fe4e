-- Fed by the events of services that number their documents themselves, until the series is leased in blocks: how far they are.

CREATE TABLE self_numbered (
    series text COLLATE "C" PRIMARY KEY,
    holder text COLLATE "C" NOT NULL,
    last   integer NOT NULL
);
