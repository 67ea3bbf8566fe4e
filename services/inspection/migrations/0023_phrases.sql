-- The phrase library of organs.
CREATE TABLE phrases (
    phrase_id text COLLATE "C" PRIMARY KEY,
    district  text COLLATE "C" NOT NULL,
    organ_id  text COLLATE "C" NOT NULL,
    item_code text COLLATE "C" NOT NULL,
    text      text NOT NULL,
    retired   boolean NOT NULL
);
CREATE INDEX phrases_by_organ ON phrases (organ_id, item_code, phrase_id) WHERE NOT retired;
