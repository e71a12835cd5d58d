-- The roles of a cluster, created once: several databases and several migrations at a time may
-- come here, so what another created meanwhile is taken as it stands. No passwords: production
-- sets them, the embedded server trusts its own socket.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('clearing_owner', 'NOLOGIN'),
            ('clearing_app', 'LOGIN'),
            ('clearing_recon', 'LOGIN'),
            ('clearing_report', 'LOGIN'),
            ('clearing_auditor', 'LOGIN')
        ) AS role (name, login)
    LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.name);
        BEGIN
            EXECUTE pg_catalog.format('CREATE ROLE %I %s', wanted.name, wanted.login);
            EXECUTE pg_catalog.format('ALTER ROLE %I SET search_path = pg_catalog', wanted.name);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL; -- Another database of this cluster is being migrated at the same time.
        END;
    END LOOP;

    -- Temp tables could take the place of ours in careless SQL; nobody here needs one.
    EXECUTE pg_catalog.format(
        'REVOKE ALL ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
    EXECUTE pg_catalog.format(
        'GRANT CONNECT ON DATABASE %I TO clearing_app, clearing_recon, clearing_report, clearing_auditor',
        pg_catalog.current_database());
    IF pg_catalog.has_database_privilege('clearing_app', pg_catalog.current_database(), 'TEMP') THEN
        RAISE EXCEPTION 'TEMP could not be revoked: the first migration needs a superuser or the database''s owner';
    END IF;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
END;
$$;
