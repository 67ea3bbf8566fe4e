-- The versions of each projection: which is live, which is built beside it, which was live before.

-- A generation is one building of a projection's tables. The live one's lie in `public`, under their plain names; those of any
-- other in the schema named here. Its checkpoint is renamed with its state (chassis/versions.py).
CREATE TABLE projections (
    name       text COLLATE "C" NOT NULL,
    generation integer NOT NULL CHECK (generation > 0),
    version    integer NOT NULL CHECK (version > 0),
    state      text NOT NULL CHECK (state IN ('live', 'building', 'retired', 'cancelled')),
    schema     text COLLATE "C" NOT NULL,
    checkpoint text COLLATE "C" NOT NULL,
    tables     text[] NOT NULL,
    began_at   timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    stopped    jsonb,  -- the event that a build cannot apply, and why; null while it goes on
    accepted   text,   -- why it went live although it differed from what was live
    PRIMARY KEY (name, generation)
);
CREATE UNIQUE INDEX projections_one_live ON projections (name) WHERE state = 'live';
CREATE UNIQUE INDEX projections_one_building ON projections (name) WHERE state = 'building';
CREATE UNIQUE INDEX projections_one_retired ON projections (name) WHERE state = 'retired';

-- An empty table of the same name in another schema: columns, defaults, checks, constraints and indexes under their own names,
-- which LIKE alone would rename.
CREATE FUNCTION table_like(source regclass, target_schema text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    own text := (SELECT relname FROM pg_class WHERE oid = source);
    target text := format('%I.%I', target_schema, own);
    statement text;
BEGIN
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES)', target, source);
    FOR statement IN
        SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', target, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE conrelid = source AND contype IN ('p', 'u', 'x')
        UNION ALL
        SELECT regexp_replace(pg_get_indexdef(i.indexrelid), ' ON (ONLY )?\S+ USING ', format(' ON %s USING ', target))
        FROM pg_index i WHERE i.indrelid = source AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    LOOP
        EXECUTE statement;
    END LOOP;
END $$;

-- Gives `target` the grants and the row-level security of `source`: what each role may do with it, and which rows it may see.
CREATE FUNCTION same_rights(source regclass, target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT format('GRANT %s ON %s TO %s', a.privilege_type, target,
                      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
        FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = source
        UNION ALL
        SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s %s %s', p.policyname, target, p.permissive, p.cmd,
                      (SELECT string_agg(CASE r WHEN 'public' THEN 'PUBLIC' ELSE quote_ident(r) END, ', ') FROM unnest(p.roles) r),
                      'USING (' || p.qual || ')', 'WITH CHECK (' || p.with_check || ')')
        FROM pg_policies p JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace::regnamespace::text = p.schemaname
        WHERE c.oid = source
          AND NOT EXISTS (SELECT FROM pg_policy q WHERE q.polrelid = target AND q.polname = p.policyname)
        UNION ALL
        SELECT format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target) FROM pg_class WHERE oid = source AND relrowsecurity
        UNION ALL
        SELECT format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target) FROM pg_class WHERE oid = source AND relforcerowsecurity
    LOOP
        EXECUTE statement;
    END LOOP;
END $$;

-- Deadlines become a pure function of the ledger: what fired is noted beside the projection, so that a rebuilt table is the same
-- table and fires nothing again.
CREATE TABLE fired_deadlines (
    id       text COLLATE "C" NOT NULL,
    due_at   timestamptz NOT NULL,
    fired_at timestamptz NOT NULL,
    PRIMARY KEY (id, due_at)
);
INSERT INTO fired_deadlines (id, due_at, fired_at) SELECT id, due_at, now() FROM deadlines WHERE state = 'fired';
UPDATE deadlines SET state = 'armed' WHERE state = 'fired';
ALTER TABLE deadlines DROP CONSTRAINT deadlines_state_check;
ALTER TABLE deadlines ADD CONSTRAINT deadlines_state_check CHECK (state IN ('armed', 'disarmed'));
ALTER TABLE deadlines ADD COLUMN idx bigint NOT NULL DEFAULT 0;  -- of the event that armed it last
CREATE INDEX deadlines_by_idx ON deadlines (idx) WHERE state = 'armed';

-- One row: every deadline armed by an event up to `idx` and due before `due_before` is settled. Looking for what is due need not
-- go through all that ever fired.
CREATE TABLE settled_deadlines (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    due_before timestamptz NOT NULL,
    idx        bigint NOT NULL
);
INSERT INTO settled_deadlines (due_before, idx) VALUES ('-infinity', 0);
