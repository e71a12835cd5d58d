-- Money on its way back to payers. What is asked for never changes; a refund moves by its history in
-- payments.step alone, somebody else than its proposer approves it, and no sum that was taken goes
-- back more than once.
ALTER TABLE payments.state_step DROP CONSTRAINT state_step_machine_check;
ALTER TABLE payments.state_step
    ADD CONSTRAINT state_step_machine_check
        CHECK (machine IN ('payment', 'attempt', 'obligation', 'refund'));
INSERT INTO payments.state_step (machine, from_state, step, to_state) VALUES
    ('refund', 'proposed', 'approve', 'approved'),
    ('refund', 'proposed', 'reject', 'rejected'),
    ('refund', 'proposed', 'withdraw', 'rejected'),
    ('refund', 'approved', 'send', 'sent'),
    ('refund', 'approved', 'finish', 'done'),
    ('refund', 'approved', 'refuse', 'refused'),
    ('refund', 'sent', 'put_off', 'approved'),
    ('refund', 'sent', 'accept', 'accepted'),
    ('refund', 'sent', 'lose_sight', 'unknown'),
    ('refund', 'sent', 'finish', 'done'),
    ('refund', 'sent', 'refuse', 'refused'),
    ('refund', 'accepted', 'finish', 'done'),
    ('refund', 'accepted', 'refuse', 'refused'),
    ('refund', 'unknown', 'accept', 'accepted'),
    ('refund', 'unknown', 'finish', 'done'),
    ('refund', 'unknown', 'refuse', 'refused');

CREATE TABLE payments.refund (
    refund_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL,
    payment_id bigint NOT NULL REFERENCES payments.payment,
    attempt_id bigint NOT NULL REFERENCES payments.attempt,
    capture_id bigint NOT NULL REFERENCES payments.capture,
    obligation_id bigint REFERENCES payments.obligation,
    gateway text NOT NULL,
    amount_vnd bigint NOT NULL CHECK (amount_vnd BETWEEN 1 AND 9007199254740991),
    cause text NOT NULL CHECK (cause IN ('duplicate', 'amount_differs', 'refund_due')),
    route text NOT NULL CHECK (route IN ('gateway', 'transfer', 'state_procedure')),
    state text NOT NULL CHECK (state IN (
        'proposed', 'rejected', 'approved', 'sent', 'accepted', 'unknown', 'done', 'refused'
    )),
    version integer NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    document text NOT NULL CHECK (length(document) <= 100),
    proposed_by text NOT NULL CHECK (proposed_by ~ '^[a-z]+:.'),
    proposed_at timestamptz NOT NULL,
    approved_by text NOT NULL DEFAULT '',
    approved_at timestamptz,
    digest bytea CHECK (octet_length(digest) = 32),
    sent_at timestamptz,
    gateway_transaction text NOT NULL DEFAULT '',
    next_ask_at timestamptz,
    asked_count integer NOT NULL DEFAULT 0,
    finished_at timestamptz,
    outcome text NOT NULL DEFAULT '',
    decision text NOT NULL DEFAULT '',
    bank_reference text NOT NULL DEFAULT '',
    paid_back_on date,
    settlement text CHECK (settlement IN ('netted', 'separately')),
    CONSTRAINT refund_number_once UNIQUE (number),
    CONSTRAINT refund_for_an_obligation
        CHECK ((cause = 'refund_due') = (obligation_id IS NOT NULL)),
    CONSTRAINT refund_of_surplus_by_those_who_have_it
        CHECK (route <> 'state_procedure' OR cause = 'refund_due'),
    CONSTRAINT refund_approved_by_another CHECK (approved_by <> proposed_by),
    CONSTRAINT refund_approved_by_a_person CHECK (approved_by = '' OR approved_by ~ '^staff:.'),
    CONSTRAINT refund_approved_whole CHECK (
        num_nonnulls(approved_at, digest) = CASE WHEN approved_by = '' THEN 0 ELSE 2 END
    ),
    CONSTRAINT refund_approved_first CHECK (
        approved_by <> '' OR state IN ('proposed', 'rejected')
    ),
    CONSTRAINT refund_sent_first CHECK (
        sent_at IS NOT NULL OR state NOT IN ('sent', 'accepted', 'unknown')
    ),
    CONSTRAINT refund_ends CHECK (
        (state IN ('done', 'refused', 'rejected')) = (finished_at IS NOT NULL)
    ),
    CONSTRAINT refund_paid_back_by_people CHECK (
        (paid_back_on IS NOT NULL) = (state = 'done' AND route <> 'gateway')
        AND (bank_reference <> '') = (paid_back_on IS NOT NULL)
        AND (settlement IS NOT NULL) = (state = 'done' AND route = 'state_procedure')
        AND (decision <> '') = (settlement IS NOT NULL)
    )
);
CREATE INDEX refund_payment ON payments.refund (payment_id);
CREATE INDEX refund_capture ON payments.refund (capture_id);
CREATE INDEX refund_obligation ON payments.refund (obligation_id) WHERE obligation_id IS NOT NULL;
-- What a person approved since an instant.
CREATE INDEX refund_approver ON payments.refund (approved_by, approved_at);
CREATE INDEX refund_due_to_ask ON payments.refund (next_ask_at) WHERE next_ask_at IS NOT NULL;
CREATE INDEX refund_open ON payments.refund (state, refund_id)
    WHERE state NOT IN ('done', 'refused', 'rejected');
-- A gateway speaks of one refund of an order at a time.
CREATE UNIQUE INDEX refund_one_at_gateway ON payments.refund (attempt_id)
    WHERE state IN ('sent', 'accepted', 'unknown');

-- Steps are written in the same statement as the row that follows them, as in follow_history_v1.
CREATE FUNCTION payments.follow_refund_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
    reached text;
    taken integer := 0;
    past record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.version <> 0 OR NEW.state <> 'proposed' THEN
            RAISE EXCEPTION 'refund begins proposed at version 0, not % at version %',
                NEW.state, NEW.version USING ERRCODE = 'PM001';
        END IF;
        RETURN NULL;
    END IF;
    reached := OLD.state;
    FOR past IN
        SELECT step.version, step.from_state, step.to_state
        FROM payments.step
        WHERE step.machine = 'refund' AND step.subject_id = NEW.refund_id
            AND step.version > OLD.version AND step.version <= NEW.version
        ORDER BY step.version
    LOOP
        taken := taken + 1;
        IF past.from_state <> reached THEN
            RAISE EXCEPTION 'refund %: step % begins at %, not at %',
                NEW.number, past.version, past.from_state, reached USING ERRCODE = 'PM001';
        END IF;
        reached := past.to_state;
    END LOOP;
    IF NEW.version <= OLD.version OR taken <> NEW.version - OLD.version OR reached <> NEW.state THEN
        RAISE EXCEPTION 'refund %: state % at version % has no history',
            NEW.number, NEW.state, NEW.version USING ERRCODE = 'PM001';
    END IF;
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION payments.follow_refund_v1() FROM PUBLIC;

CREATE TRIGGER follow_history_at_birth AFTER INSERT ON payments.refund
FOR EACH ROW EXECUTE FUNCTION payments.follow_refund_v1();
ALTER TABLE payments.refund ENABLE ALWAYS TRIGGER follow_history_at_birth;
CREATE TRIGGER follow_history AFTER UPDATE ON payments.refund
FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.version <> NEW.version)
EXECUTE FUNCTION payments.follow_refund_v1();
ALTER TABLE payments.refund ENABLE ALWAYS TRIGGER follow_history;

-- All that is asked back of a sum that was taken, and not called off, is no more than the sum. The
-- lock on its payment puts those who ask at the same time one after the other.
CREATE FUNCTION payments.check_refund_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken record;
    wanted numeric;
BEGIN
    PERFORM FROM payments.payment WHERE payment.payment_id = NEW.payment_id FOR NO KEY UPDATE;
    SELECT capture.* INTO taken FROM payments.capture WHERE capture.capture_id = NEW.capture_id;
    SELECT sum(refund.amount_vnd) INTO wanted FROM payments.refund
    WHERE refund.capture_id = NEW.capture_id AND refund.state NOT IN ('rejected', 'refused');
    IF wanted > taken.amount_vnd THEN
        RAISE EXCEPTION 'refund %: % dong back of % dong taken',
            NEW.number, wanted, taken.amount_vnd
            USING ERRCODE = 'PM001', CONSTRAINT = 'refund_within_what_was_taken';
    END IF;
    IF (taken.payment_id, taken.attempt_id, taken.gateway)
        IS DISTINCT FROM (NEW.payment_id, NEW.attempt_id, NEW.gateway)
    THEN
        RAISE EXCEPTION 'refund %: the sum was taken for another payment', NEW.number
            USING ERRCODE = 'PM001';
    END IF;
    IF NEW.cause <> (CASE taken.movement
        WHEN 'captured' THEN 'refund_due' WHEN 'parked' THEN 'amount_differs' ELSE 'duplicate' END)
    THEN
        RAISE EXCEPTION 'refund %: % is not why a sum % goes back',
            NEW.number, NEW.cause, taken.movement USING ERRCODE = 'PM001';
    END IF;
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION payments.check_refund_v1() FROM PUBLIC;

CREATE TRIGGER check_refund AFTER INSERT ON payments.refund
FOR EACH ROW EXECUTE FUNCTION payments.check_refund_v1();
ALTER TABLE payments.refund ENABLE ALWAYS TRIGGER check_refund;

CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON payments.refund
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.refund ENABLE ALWAYS TRIGGER keep_rows;
CREATE TRIGGER keep_words BEFORE UPDATE OF
    refund_id, number, payment_id, attempt_id, capture_id, obligation_id, gateway, amount_vnd,
    cause, route, reason, document, proposed_by, proposed_at
ON payments.refund
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.refund ENABLE ALWAYS TRIGGER keep_words;
-- Who approved what, when it was first ordered, and how it ended are said once.
CREATE TRIGGER keep_approval BEFORE UPDATE ON payments.refund
FOR EACH ROW WHEN (
    (OLD.approved_by <> ''
        AND (OLD.approved_by, OLD.approved_at, OLD.digest)
            IS DISTINCT FROM (NEW.approved_by, NEW.approved_at, NEW.digest))
    OR (OLD.sent_at IS NOT NULL AND OLD.sent_at IS DISTINCT FROM NEW.sent_at)
    OR (OLD.finished_at IS NOT NULL
        AND (OLD.finished_at, OLD.outcome, OLD.decision, OLD.bank_reference, OLD.paid_back_on,
                OLD.settlement, OLD.gateway_transaction)
            IS DISTINCT FROM (NEW.finished_at, NEW.outcome, NEW.decision, NEW.bank_reference,
                NEW.paid_back_on, NEW.settlement, NEW.gateway_transaction))
)
EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.refund ENABLE ALWAYS TRIGGER keep_approval;

GRANT SELECT ON payments.refund TO clearing_app, clearing_recon, clearing_auditor;
GRANT INSERT, UPDATE (
    state, version, approved_by, approved_at, digest, sent_at, gateway_transaction, next_ask_at,
    asked_count, finished_at, outcome, decision, bank_reference, paid_back_on, settlement
) ON payments.refund TO clearing_app;
-- What a settlement file proves ends a refund, and money nobody asked for is proposed at once.
GRANT INSERT, UPDATE (
    state, version, gateway_transaction, next_ask_at, finished_at, outcome
) ON payments.refund TO clearing_recon;
-- Reports read sums, states and instants: no reason, no person, no reference.
GRANT SELECT (
    refund_id, payment_id, capture_id, gateway, amount_vnd, cause, route, state, version,
    proposed_at, approved_at, sent_at, finished_at, settlement
) ON payments.refund TO clearing_report;
