-- Who may speak at the door of partners, and with which keys. Of a key only its SHA-256 is kept; the
-- secret of an HMAC is sealed. Nothing is ever taken away: keys end.
CREATE TABLE api.partner (
    name text PRIMARY KEY CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'),
    sort text NOT NULL CHECK (sort IN ('portal', 'authority', 'application')),
    return_origins text[] NOT NULL,
    certificates text[] NOT NULL,
    must_sign boolean NOT NULL,
    requests_per_minute_max integer NOT NULL CHECK (requests_per_minute_max > 0),
    registered_at timestamptz NOT NULL
);
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON api.partner
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE api.partner ENABLE ALWAYS TRIGGER keep_rows;
CREATE TRIGGER keep_identity BEFORE UPDATE OF name, registered_at ON api.partner
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE api.partner ENABLE ALWAYS TRIGGER keep_identity;

CREATE TABLE api.partner_key (
    key_id text PRIMARY KEY CHECK (key_id ~ '^[0-9A-Za-z]{12}$'),
    partner text NOT NULL REFERENCES api.partner,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    issued_at timestamptz NOT NULL,
    expires_at timestamptz CHECK (expires_at > issued_at),
    revoked_at timestamptz,
    last_used_at timestamptz
);
CREATE INDEX partner_key_partner ON api.partner_key (partner);
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON api.partner_key
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE api.partner_key ENABLE ALWAYS TRIGGER keep_rows;
-- What a key opens, and for how long at most, is said once.
CREATE TRIGGER keep_identity
BEFORE UPDATE OF key_id, partner, digest, scopes, issued_at, expires_at ON api.partner_key
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE api.partner_key ENABLE ALWAYS TRIGGER keep_identity;
CREATE TRIGGER keep_revoked BEFORE UPDATE OF revoked_at ON api.partner_key
FOR EACH ROW WHEN (old.revoked_at IS NOT NULL) EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE api.partner_key ENABLE ALWAYS TRIGGER keep_revoked;

CREATE TABLE api.partner_signing_key (
    key_id text PRIMARY KEY CHECK (key_id ~ '^[0-9A-Za-z]{12}$'),
    partner text NOT NULL REFERENCES api.partner,
    algorithm text NOT NULL CHECK (algorithm IN ('ed25519', 'hmac-sha256')),
    public_key bytea CHECK (octet_length(public_key) = 32),
    sealed bytea,
    added_at timestamptz NOT NULL,
    expires_at timestamptz CHECK (expires_at > added_at),
    revoked_at timestamptz,
    CONSTRAINT partner_signing_key_has_its_sort CHECK (
        (algorithm = 'ed25519') = (public_key IS NOT NULL)
        AND (algorithm = 'hmac-sha256') = (sealed IS NOT NULL)
    )
);
CREATE INDEX partner_signing_key_partner ON api.partner_signing_key (partner);
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON api.partner_signing_key
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE api.partner_signing_key ENABLE ALWAYS TRIGGER keep_rows;
-- `sealed` may be sealed anew under a younger key; nothing else of it changes.
CREATE TRIGGER keep_identity
BEFORE UPDATE OF key_id, partner, algorithm, public_key, added_at, expires_at
ON api.partner_signing_key
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE api.partner_signing_key ENABLE ALWAYS TRIGGER keep_identity;
CREATE TRIGGER keep_revoked BEFORE UPDATE OF revoked_at ON api.partner_signing_key
FOR EACH ROW WHEN (old.revoked_at IS NOT NULL) EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE api.partner_signing_key ENABLE ALWAYS TRIGGER keep_revoked;

GRANT SELECT, INSERT, UPDATE (
    sort, return_origins, certificates, must_sign, requests_per_minute_max
) ON api.partner TO clearing_app;
GRANT SELECT, INSERT, UPDATE (revoked_at, last_used_at) ON api.partner_key TO clearing_app;
GRANT SELECT, INSERT, UPDATE (revoked_at, sealed) ON api.partner_signing_key TO clearing_app;
GRANT SELECT ON api.partner TO clearing_report;
GRANT SELECT (
    key_id, partner, scopes, issued_at, expires_at, revoked_at, last_used_at
) ON api.partner_key TO clearing_report;
GRANT SELECT (
    key_id, partner, algorithm, public_key, added_at, expires_at, revoked_at
) ON api.partner_signing_key TO clearing_report;
-- A digest leads back to no key, and what is sealed opens with a key outside the database.
GRANT SELECT ON api.partner, api.partner_key, api.partner_signing_key TO clearing_auditor;
