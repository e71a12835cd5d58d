-- Every try to tell an authority something, and every word about its own system being away: both
-- only grow, and the latest word of an authority is what holds.
CREATE TABLE payments.delivery (
    delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outbox_id bigint NOT NULL REFERENCES payments.outbox,
    subscriber text NOT NULL,
    at timestamptz NOT NULL,
    is_taken boolean NOT NULL,
    status integer CHECK (status BETWEEN 100 AND 999),
    error text NOT NULL CHECK (length(error) <= 500),
    duration_ms integer NOT NULL CHECK (duration_ms >= 0),
    CONSTRAINT delivery_taken_without_error CHECK (NOT is_taken OR error = '')
);
CREATE INDEX delivery_event ON payments.delivery (outbox_id, delivery_id);
CREATE INDEX delivery_subscriber ON payments.delivery (subscriber, delivery_id);
CREATE INDEX delivery_taken ON payments.delivery (subscriber, delivery_id) WHERE is_taken;

-- A try is one to tell who the event is for. This stands in for a foreign key on both columns, which
-- would need one more index on a busy table.
CREATE FUNCTION payments.check_deliveries_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused record;
BEGIN
    SELECT added.* INTO refused
    FROM added
    JOIN payments.outbox ON outbox.outbox_id = added.outbox_id
    WHERE outbox.subscriber <> added.subscriber
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'event % is not for %', refused.outbox_id, refused.subscriber
            USING ERRCODE = 'PM001';
    END IF;
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION payments.check_deliveries_v1() FROM PUBLIC;

CREATE TRIGGER check_deliveries AFTER INSERT ON payments.delivery
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION payments.check_deliveries_v1();
ALTER TABLE payments.delivery ENABLE ALWAYS TRIGGER check_deliveries;

CREATE TABLE payments.outage (
    outage_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL,
    is_down boolean NOT NULL,
    source text NOT NULL CHECK (source IN ('authority', 'staff', 'deliveries')),
    reason text NOT NULL CHECK (length(reason) <= 500),
    since timestamptz NOT NULL,
    said_at timestamptz NOT NULL,
    CONSTRAINT outage_since_before_said CHECK (since <= said_at)
);
CREATE INDEX outage_provider ON payments.outage (provider, outage_id);

GRANT UPDATE (again_at) ON payments.outbox TO clearing_app;
GRANT INSERT ON payments.delivery, payments.outage TO clearing_app;
GRANT SELECT ON payments.delivery, payments.outage TO clearing_app, clearing_recon, clearing_auditor;
-- Reports need no word that was written or answered by somebody.
GRANT SELECT (delivery_id, outbox_id, subscriber, at, is_taken, status, duration_ms)
    ON payments.delivery TO clearing_report;
GRANT SELECT (outage_id, provider, is_down, source, since, said_at)
    ON payments.outage TO clearing_report;
