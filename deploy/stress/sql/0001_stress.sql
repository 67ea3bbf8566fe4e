-- What the processes of a stress run leave behind, to be compared with the ledger.

-- The read model of the source: an order-sensitive digest of each stream, so that anything twice, missing or moved is seen.
CREATE TABLE tallies (
    stream_id text COLLATE "C" PRIMARY KEY,
    events    bigint NOT NULL,
    total     bigint NOT NULL,
    digest    text NOT NULL
);

-- What a consumer applied, in the order in which it did (n). No key on purpose: what is applied twice must be seen.
CREATE TABLE applied (
    n         bigserial PRIMARY KEY,
    consumer  text NOT NULL,
    shard     smallint NOT NULL,
    shard_idx bigint NOT NULL,
    event_id  uuid NOT NULL
);
