-- Who may do what in one service's database. Run after every migration, as the owner; safe to repeat.
--
-- Three roles that nobody logs in as; a connection takes the one that its work needs (chassis/database.py):
--   casetrail_reads   asks; changes nothing
--   casetrail_writes  appends write sets: events, what waits for its place, what makes a repeat harmless
--   casetrail_works   sequences, projects, relays: also the ledger, by INSERT only, and every table that can be rebuilt
-- A table with an append-only trigger stays the owner's, and no role gets UPDATE, DELETE or TRUNCATE on it. Guarded by
-- tests/chassis/test_append_only.py.
--
-- The owner runs this where casetrail_works may make objects of its own: every name is looked up in pg_catalog only, so that a
-- function or table planted in `public`, or in a schema that is named as the owner, is not taken for one of these.

SET LOCAL search_path = pg_catalog, pg_temp;

DO $$
DECLARE
    name text;
    target record;
BEGIN
    FOREACH name IN ARRAY ARRAY['casetrail_reads', 'casetrail_writes', 'casetrail_works'] LOOP
        BEGIN
            -- Roles belong to the whole cluster: the migration of another service may just be making it.
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;

    -- Before a table changes hands: an owner who is no superuser gives one only to a role that may make tables where it is.
    GRANT USAGE ON SCHEMA public TO casetrail_reads, casetrail_writes, casetrail_works;
    GRANT CREATE ON SCHEMA public TO casetrail_works;

    FOR target IN
        SELECT c.oid::regclass AS name, EXISTS (
            SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgrelid = c.oid AND p.proname = 'refuse_change'
        ) AS append_only
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, casetrail_reads, casetrail_writes', target.name);
        EXECUTE format('GRANT SELECT ON %s TO casetrail_reads, casetrail_writes', target.name);
        IF target.append_only THEN
            EXECUTE format('REVOKE ALL ON %s FROM casetrail_works', target.name);
            EXECUTE format('GRANT SELECT, INSERT ON %s TO casetrail_works', target.name);
        ELSIF target.name NOT IN (
            'public.pending'::regclass, 'public.commands'::regclass, 'public.migrations'::regclass,
            'public.person_keys'::regclass, 'public.erasures'::regclass
        ) THEN
            EXECUTE format('ALTER TABLE %s OWNER TO casetrail_works', target.name);
        END IF;
    END LOOP;
END $$;

GRANT INSERT ON public.events, public.pending, public.commands TO casetrail_writes, casetrail_works;
GRANT USAGE ON SEQUENCE public.append_seq TO casetrail_writes, casetrail_works;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO casetrail_works;
GRANT SELECT, DELETE, MAINTAIN ON public.pending TO casetrail_works;
GRANT SELECT ON public.commands, public.migrations TO casetrail_works;
-- Keys are made, erased, wrapped anew; a row is never deleted, and what an erased key lost nobody puts back (its triggers).
GRANT SELECT, INSERT, UPDATE ON public.person_keys, public.erasures TO casetrail_works;
GRANT MAINTAIN ON public.person_keys TO casetrail_works;
ALTER DEFAULT PRIVILEGES FOR ROLE casetrail_works GRANT SELECT ON TABLES TO casetrail_reads, casetrail_writes;
DO $$
BEGIN
    -- Whoever may log in to one service's database has no business in another's: CONNECT is given to each login by name.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO casetrail_works', current_database());
END $$;

-- Who may make tables may make functions and triggers too, unless no language may be used; those on a table that the owner's next
-- migration writes to would run as the owner. What exists may be called as before.
DO $$
BEGIN
    -- Where a superuser has done it beforehand, as deploy/compose/postgres does, there is nothing left to do.
    IF has_language_privilege('casetrail_works', 'sql', 'USAGE') OR has_language_privilege('casetrail_works', 'plpgsql', 'USAGE') THEN
        REVOKE USAGE ON LANGUAGE sql, plpgsql FROM PUBLIC, casetrail_reads, casetrail_writes, casetrail_works;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'only a superuser can revoke USAGE ON LANGUAGE sql, plpgsql FROM PUBLIC: see docs/operations.md';
END $$;
