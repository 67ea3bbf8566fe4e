-- A build is bare while the tables that are computed from its other tables still wait for that (chassis/building.py).
ALTER TABLE projections ADD COLUMN bare boolean NOT NULL DEFAULT false;
