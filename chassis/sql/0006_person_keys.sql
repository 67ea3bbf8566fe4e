-- The keys under which personal data are sealed. A live key is wrapped by the master key; an erased one has lost its bytes for
-- good and stays as erased, so that nothing can bring it back.

CREATE TABLE person_keys (
    key_id     text COLLATE "C" PRIMARY KEY,
    person     text COLLATE "C" NOT NULL,
    wrapped    bytea,
    wrapping   integer NOT NULL,
    made_here  boolean NOT NULL,
    published  boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at  timestamptz,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
);
CREATE INDEX person_keys_by_person ON person_keys (person);
CREATE UNIQUE INDEX person_keys_own ON person_keys (person) WHERE made_here AND wrapped IS NOT NULL;
CREATE INDEX person_keys_unpublished ON person_keys (key_id) WHERE NOT published;

-- Whose data were erased, by which event of the service that decided it; what was found and purged here when this was followed.
CREATE TABLE erasures (
    person      text COLLATE "C" PRIMARY KEY,
    event_id    uuid NOT NULL,
    erased_at   timestamptz NOT NULL,
    published   boolean NOT NULL,
    followed_at timestamptz,
    purged      jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX erasures_unpublished ON erasures (person) WHERE NOT published;
CREATE INDEX erasures_unfollowed ON erasures (person) WHERE followed_at IS NULL;

CREATE FUNCTION stays_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a key is erased, never deleted, and stays erased' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER person_keys_stay_erased BEFORE UPDATE ON person_keys
FOR EACH ROW WHEN (OLD.wrapped IS NULL AND NEW.wrapped IS NOT NULL) EXECUTE FUNCTION stays_erased();
CREATE TRIGGER person_keys_stay BEFORE DELETE ON person_keys FOR EACH ROW EXECUTE FUNCTION stays_erased();
CREATE TRIGGER erasures_stay BEFORE DELETE ON erasures FOR EACH ROW EXECUTE FUNCTION stays_erased();

-- The keys of these persons (in ascending order), made from the offered ones for whoever has none; none for the erased. Whoever
-- may only read may have a key made, and nothing else: so it runs as its owner.
--
-- Invariant: nobody whose data were erased gets a key again. Whoever makes a key and whoever erases take the person's lock first,
-- each in a statement of its own, so that the next statement sees what the other did. Guarded by tests/chassis/test_vault.py.
CREATE FUNCTION keys_of_persons(persons text[], offered_ids text[], offered_wrapping integer, offered_keys bytea[])
RETURNS TABLE (person text, erased boolean, key_id text, wrapping integer, wrapped bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    FOR n IN 1 .. cardinality(persons) LOOP
        CONTINUE WHEN EXISTS (SELECT FROM person_keys k WHERE k.person = persons[n] AND k.wrapped IS NOT NULL)
            OR EXISTS (SELECT FROM erasures e WHERE e.person = persons[n]);
        PERFORM pg_advisory_xact_lock(hashtext('person ' || persons[n]));
        INSERT INTO person_keys (key_id, person, wrapping, wrapped, made_here, published)
        SELECT offered_ids[n], persons[n], offered_wrapping, offered_keys[n], true, false
        WHERE NOT EXISTS (SELECT FROM erasures e WHERE e.person = persons[n])
        ON CONFLICT (person) WHERE made_here AND wrapped IS NOT NULL DO NOTHING;
    END LOOP;
    RETURN QUERY
    SELECT p.person, e.person IS NOT NULL, k.key_id, k.wrapping, k.wrapped
    FROM unnest(persons) AS p(person) LEFT JOIN erasures e USING (person) LEFT JOIN LATERAL (
        SELECT * FROM person_keys k WHERE k.person = p.person AND k.wrapped IS NOT NULL ORDER BY made_here DESC, key_id LIMIT 1
    ) AS k ON e.person IS NULL;
END $$;
