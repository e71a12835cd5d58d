-- What an obligation came to follows from what was decided and taken: asked when a transaction ends,
-- since changes and successors are written after it. Reads rows of that obligation alone, by index.
CREATE FUNCTION payments.check_life_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own payments.obligation;
    heir payments.obligation;
    taken record;
    refused text;
BEGIN
    SELECT * INTO own FROM payments.obligation WHERE obligation_id = NEW.obligation_id;
    -- What counts for it, and whether any of that was priced when it read otherwise.
    SELECT count(DISTINCT capture.payment_id) AS payments,
        coalesce(bool_or(
            (line.obligation_id, line.obligation_version) <> (NEW.obligation_id, NEW.version)
        ), false) AS is_otherwise
    INTO taken
    FROM (
        SELECT coalesce(own.successor_id, own.obligation_id) AS obligation_id
        UNION ALL
        SELECT earlier.obligation_id FROM payments.obligation AS earlier
        WHERE earlier.successor_id = coalesce(own.successor_id, own.obligation_id)
    ) AS counted
    JOIN payments.payment_line AS line ON line.obligation_id = counted.obligation_id
    JOIN payments.capture
        ON capture.payment_id = line.payment_id AND capture.movement = 'captured';
    IF NEW.captures > taken.payments THEN
        refused := format('%s payments were taken for it, not %s', taken.payments, NEW.captures);
    ELSIF NEW.status = OLD.status THEN
        NULL;
    ELSIF NEW.status = 'paid' AND taken.payments = 0 THEN
        refused := 'no money was taken for it';
    ELSIF NEW.status = 'open' AND NOT taken.is_otherwise THEN
        refused := 'it reads as it was paid';
    ELSIF NEW.status = 'withdrawn' AND NOT EXISTS (
        SELECT FROM payments.obligation_change AS change
        WHERE change.obligation_id = NEW.obligation_id AND change.version = NEW.version
            AND change.act = 'cancel'
    ) THEN
        refused := 'nothing says that it was cancelled';
    END IF;
    -- Only the last of several successors in one transaction must be right.
    IF NEW.successor_id IS DISTINCT FROM OLD.successor_id
        AND NEW.successor_id IS NOT DISTINCT FROM own.successor_id
    THEN
        SELECT * INTO heir FROM payments.obligation WHERE obligation_id = NEW.successor_id;
        IF OLD.successor_id IS NOT NULL THEN
            PERFORM FROM payments.obligation AS before
            WHERE before.obligation_id = OLD.successor_id
                AND before.successor_id = NEW.successor_id;
        ELSIF NEW.kind = 'violation_record' AND heir.kind <> NEW.kind THEN
            PERFORM WHERE heir.provider = NEW.provider AND heir.facts ? 'record_number';
        ELSE
            -- Its successor was pushed by the very change that says so.
            PERFORM FROM payments.obligation_change AS change
            WHERE change.obligation_id = NEW.obligation_id AND change.version = NEW.version
                AND change.act = 'supersede'
                AND heir.kind = NEW.kind AND heir.pushed_at = NEW.changed_at;
        END IF;
        IF NOT FOUND THEN
            refused := format('nothing says that %s took its place', NEW.successor_id);
        END IF;
    END IF;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION 'obligation %: %', NEW.obligation_id, refused USING ERRCODE = 'PM001';
    END IF;
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION payments.check_life_v1() FROM PUBLIC;

CREATE CONSTRAINT TRIGGER check_life AFTER UPDATE ON payments.obligation
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (
    (OLD.status, OLD.captures, OLD.successor_id)
    IS DISTINCT FROM (NEW.status, NEW.captures, NEW.successor_id)
)
EXECUTE FUNCTION payments.check_life_v1();
ALTER TABLE payments.obligation ENABLE ALWAYS TRIGGER check_life;

-- Nothing is pushed as anything but open and new.
CREATE TRIGGER begin_open BEFORE INSERT ON payments.obligation
FOR EACH ROW WHEN (
    NEW.status <> 'open' OR NEW.version <> 1 OR NEW.captures <> 0
    OR num_nonnulls(NEW.successor_id, NEW.changed_at, NEW.confirmed_at) <> 0
)
EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.obligation ENABLE ALWAYS TRIGGER begin_open;

-- What is due back was taken, and for something that reads otherwise now; what is due back for what
-- was replaced is due back for what took its place.
CREATE FUNCTION payments.check_refund_due_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- For what was replaced nothing is due back: what was paid for it counts for its successor.
    PERFORM FROM payments.obligation
    WHERE obligation.obligation_id = NEW.obligation_id AND obligation.version = NEW.version
        AND obligation.status = 'superseded' AND NEW.difference_vnd = 0;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM
    FROM payments.obligation
    JOIN LATERAL (
        SELECT obligation.obligation_id
        UNION ALL
        SELECT earlier.obligation_id FROM payments.obligation AS earlier
        WHERE earlier.successor_id = obligation.obligation_id
    ) AS counted ON true
    JOIN payments.payment_line AS line ON line.obligation_id = counted.obligation_id
    JOIN payments.capture
        ON capture.payment_id = line.payment_id AND capture.movement = 'captured'
    WHERE obligation.obligation_id = NEW.obligation_id AND obligation.version = NEW.version
    HAVING sum(line.amount_vnd) = NEW.paid_vnd AND bool_or(
        (line.obligation_id, line.obligation_version) <> (NEW.obligation_id, NEW.version)
    );
    IF NOT FOUND AND NEW.difference_vnd = 0 THEN
        PERFORM FROM payments.obligation
        WHERE obligation.obligation_id = NEW.obligation_id AND obligation.version = NEW.version
            AND obligation.status = 'superseded';
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'obligation %: % dong were not taken for what reads otherwise at version %',
            NEW.obligation_id, NEW.paid_vnd, NEW.version USING ERRCODE = 'PM001';
    END IF;
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION payments.check_refund_due_v1() FROM PUBLIC;

CREATE TRIGGER check_refund_due AFTER INSERT ON payments.refund_due
FOR EACH ROW EXECUTE FUNCTION payments.check_refund_due_v1();
ALTER TABLE payments.refund_due ENABLE ALWAYS TRIGGER check_refund_due;
