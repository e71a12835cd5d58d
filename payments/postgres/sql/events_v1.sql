-- What clients are told of their payments. `added_in` is the transaction it was kept in: whoever
-- reads in this order, up to the oldest transaction still at work, misses nothing.
CREATE TABLE payments.client_event (
    client text NOT NULL,
    client_event_id bigint GENERATED ALWAYS AS IDENTITY,
    event_id text NOT NULL UNIQUE,
    payment_id bigint REFERENCES payments.payment,
    subject text NOT NULL,
    sequence integer NOT NULL CHECK (sequence > 0),
    type text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    added_in bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    PRIMARY KEY (client, client_event_id),
    CONSTRAINT client_event_in_order UNIQUE (subject, sequence)
);
CREATE INDEX client_event_listed ON payments.client_event (client, added_in, client_event_id);
CREATE INDEX client_event_created ON payments.client_event (client, created_at);

-- Where a client is told. A slot of its own per endpoint keeps them few, however many are added at
-- once. `failing_since`, `failures` and `rest_until` leave an address alone that takes nothing in;
-- `busy_until` is the claim of whoever is telling it.
CREATE TABLE payments.webhook_endpoint (
    endpoint_id text PRIMARY KEY
        CONSTRAINT webhook_endpoint_id CHECK (endpoint_id ~ '^we_[0-9a-f]{24}$'),
    client text NOT NULL,
    slot integer NOT NULL CONSTRAINT webhook_endpoint_slot CHECK (slot BETWEEN 1 AND 10),
    url text NOT NULL CONSTRAINT webhook_endpoint_url CHECK (length(url) BETWEEN 1 AND 2000),
    types text[] NOT NULL,
    description text NOT NULL,
    is_enabled boolean NOT NULL,
    disabled_reason text NOT NULL DEFAULT '',
    disabled_at timestamptz,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    rest_until timestamptz,
    busy_until timestamptz,
    is_slow boolean NOT NULL DEFAULT false,
    CONSTRAINT webhook_endpoint_of_client UNIQUE (endpoint_id, client),
    CONSTRAINT webhook_endpoint_disabled_some_time CHECK (is_enabled = (disabled_at IS NULL)),
    CONSTRAINT webhook_endpoint_disabled_why CHECK (is_enabled = (disabled_reason = ''))
);
CREATE UNIQUE INDEX webhook_endpoint_slot_once ON payments.webhook_endpoint (client, slot)
    WHERE deleted_at IS NULL;

-- What deliveries are signed with, sealed; the one without an end is the newest.
CREATE TABLE payments.webhook_secret (
    webhook_secret_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint_id text NOT NULL REFERENCES payments.webhook_endpoint,
    seal_place text NOT NULL UNIQUE,
    sealed bytea NOT NULL,
    made_at timestamptz NOT NULL,
    ends_at timestamptz
);
CREATE UNIQUE INDEX webhook_secret_newest ON payments.webhook_secret (endpoint_id)
    WHERE ends_at IS NULL;
CREATE INDEX webhook_secret_endpoint ON payments.webhook_secret (endpoint_id);

-- One event at one endpoint. Both are the same client's: the keys say so, not the code.
CREATE TABLE payments.webhook_delivery (
    endpoint_id text NOT NULL,
    client_event_id bigint NOT NULL,
    client text NOT NULL,
    subject text NOT NULL,
    sequence integer NOT NULL,
    due_since timestamptz NOT NULL,
    next_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    taken_at timestamptz,
    parked_at timestamptz,
    last_error text NOT NULL DEFAULT '' CHECK (length(last_error) <= 200),
    PRIMARY KEY (endpoint_id, client_event_id),
    CONSTRAINT webhook_delivery_to_client FOREIGN KEY (endpoint_id, client)
        REFERENCES payments.webhook_endpoint (endpoint_id, client),
    CONSTRAINT webhook_delivery_of_client FOREIGN KEY (client, client_event_id)
        REFERENCES payments.client_event (client, client_event_id),
    CONSTRAINT webhook_delivery_waits_or_not CHECK (num_nonnulls(next_at, parked_at) <= 1)
);
CREATE INDEX webhook_delivery_due ON payments.webhook_delivery (endpoint_id, next_at)
    WHERE next_at IS NOT NULL;
CREATE INDEX webhook_delivery_open
    ON payments.webhook_delivery (endpoint_id, subject, sequence)
    WHERE next_at IS NOT NULL OR parked_at IS NOT NULL;
CREATE INDEX webhook_delivery_event ON payments.webhook_delivery (client, client_event_id);

-- Every try; what was answered is never kept.
CREATE TABLE payments.webhook_try (
    webhook_try_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint_id text NOT NULL,
    client_event_id bigint NOT NULL,
    at timestamptz NOT NULL,
    is_taken boolean NOT NULL,
    status integer CHECK (status BETWEEN 100 AND 999),
    error text NOT NULL CHECK (length(error) <= 200),
    duration_ms integer NOT NULL CHECK (duration_ms >= 0),
    CONSTRAINT webhook_try_of_delivery FOREIGN KEY (endpoint_id, client_event_id)
        REFERENCES payments.webhook_delivery (endpoint_id, client_event_id),
    CONSTRAINT webhook_try_taken_without_error CHECK (NOT is_taken OR error = '')
);
CREATE INDEX webhook_try_event
    ON payments.webhook_try (endpoint_id, client_event_id, webhook_try_id);

-- These rows change, but none of them ever goes away.
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON payments.webhook_endpoint
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.webhook_endpoint ENABLE ALWAYS TRIGGER keep_rows;

CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON payments.webhook_delivery
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.webhook_delivery ENABLE ALWAYS TRIGGER keep_rows;

GRANT INSERT ON payments.client_event, payments.webhook_delivery TO clearing_app, clearing_recon;
GRANT SELECT ON payments.client_event, payments.webhook_endpoint, payments.webhook_delivery
    TO clearing_app, clearing_recon, clearing_auditor;
GRANT INSERT ON payments.webhook_endpoint, payments.webhook_try TO clearing_app;
GRANT UPDATE (url, types, description, is_enabled, disabled_reason, disabled_at, changed_at,
    deleted_at, failures, failing_since, rest_until, busy_until, is_slow)
    ON payments.webhook_endpoint TO clearing_app;
GRANT UPDATE (due_since, next_at, attempts, taken_at, parked_at, last_error)
    ON payments.webhook_delivery TO clearing_app;
GRANT SELECT ON payments.webhook_try, payments.webhook_secret TO clearing_app, clearing_auditor;
GRANT INSERT, DELETE, UPDATE (ends_at, sealed) ON payments.webhook_secret TO clearing_app;
-- Reports need no address, which may hold a secret of its owner, and no word that was sent.
GRANT SELECT (client_event_id, client, payment_id, sequence, type, created_at, added_in)
    ON payments.client_event TO clearing_report;
GRANT SELECT (endpoint_id, client, types, is_enabled, disabled_reason, disabled_at, created_at,
    changed_at, deleted_at, failures, failing_since)
    ON payments.webhook_endpoint TO clearing_report;
GRANT SELECT (endpoint_id, client_event_id, client, sequence, due_since, next_at, attempts,
    taken_at, parked_at, last_error) ON payments.webhook_delivery TO clearing_report;
GRANT SELECT ON payments.webhook_try TO clearing_report;
