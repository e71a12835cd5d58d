-- What a superuser does once for a database, before its first migration: the roles of the cluster,
-- their limits, and whose the database is. Done again it changes nothing, and it takes along what
-- an earlier version left. No passwords: production sets them, the embedded server trusts its own
-- socket.
DO $$
DECLARE
    wanted record;
    setting record;
    closed record;
    here constant name := pg_catalog.current_database();
BEGIN
    -- Roles belong to the cluster: two of its databases may be prepared at once.
    LOCK TABLE pg_catalog.pg_authid IN SHARE ROW EXCLUSIVE MODE;
    FOR wanted IN
        SELECT * FROM (VALUES
            ('clearing_owner', 'NOLOGIN', '{}'),
            -- Becomes the owner by SET ROLE only, and what it changes is logged.
            ('clearing_migrator', 'LOGIN NOINHERIT',
                '{"log_statement": "ddl", "idle_in_transaction_session_timeout": "1h"}'),
            ('clearing_app', 'LOGIN',
                '{"statement_timeout": "15s", "lock_timeout": "5s",
                  "idle_in_transaction_session_timeout": "30s"}'),
            -- One statement may look at a whole day, or prove the whole book.
            ('clearing_recon', 'LOGIN',
                '{"statement_timeout": "1h", "lock_timeout": "5s",
                  "idle_in_transaction_session_timeout": "1h"}'),
            ('clearing_report', 'LOGIN',
                '{"statement_timeout": "30s", "lock_timeout": "5s",
                  "idle_in_transaction_session_timeout": "30s",
                  "default_transaction_read_only": "on"}'),
            ('clearing_auditor', 'LOGIN',
                '{"statement_timeout": "1h", "lock_timeout": "5s",
                  "idle_in_transaction_session_timeout": "1h",
                  "default_transaction_read_only": "on"}')
        ) AS role (name, attributes, limits)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.name) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I %s', wanted.name, wanted.attributes);
        END IF;
        EXECUTE pg_catalog.format('ALTER ROLE %I SET search_path = pg_catalog', wanted.name);
        FOR setting IN SELECT * FROM pg_catalog.jsonb_each_text(wanted.limits::jsonb) LOOP
            EXECUTE pg_catalog.format(
                'ALTER ROLE %I SET %I = %L', wanted.name, setting.key, setting.value);
        END LOOP;
    END LOOP;
    GRANT clearing_owner TO clearing_migrator;
    GRANT pg_read_all_stats TO clearing_owner; -- When others' transactions began: posting_since_v1.

    EXECUTE pg_catalog.format('ALTER DATABASE %I OWNER TO clearing_owner', here);
    -- Temp tables could take the place of ours in careless SQL; nobody here needs one.
    EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %I FROM PUBLIC', here);
    EXECUTE pg_catalog.format(
        'GRANT CONNECT ON DATABASE %I TO clearing_migrator, clearing_app, clearing_recon,'
        ' clearing_report, clearing_auditor', here);
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE, CREATE ON SCHEMA public TO clearing_owner;
    IF pg_catalog.to_regclass('public.alembic_version') IS NOT NULL THEN
        ALTER TABLE public.alembic_version OWNER TO clearing_owner;
    END IF;

    -- What PostgreSQL lets everybody do: keep large objects, fill the log that replicas read, and
    -- hold the locks that posting and closing wait for.
    FOR closed IN
        SELECT pg_proc.oid::regprocedure AS function, proname ~ '^pg_(try_)?advisory' AS locks
        FROM pg_catalog.pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
            AND proname ~ '^(lo_creat|lo_create|lo_from_bytea|pg_logical_emit_message'
                '|pg_(try_)?advisory_(xact_)?lock(_shared)?)$'
    LOOP
        EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', closed.function);
        IF closed.locks THEN
            EXECUTE pg_catalog.format(
                'GRANT EXECUTE ON FUNCTION %s TO clearing_owner, clearing_recon', closed.function);
        END IF;
    END LOOP;
END;
$$;
