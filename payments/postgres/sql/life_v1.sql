-- The life of an obligation: every change an authority made and what stood before it, every step of
-- its status, and what is due back to who paid. `captures` counts the payments that were taken for
-- it; a line of a payment keeps that count and the version its price was made from, so that money
-- that comes late is known for what it is.
ALTER TABLE payments.obligation
    ADD COLUMN captures integer NOT NULL DEFAULT 0;
ALTER TABLE payments.obligation
    ADD CONSTRAINT obligation_superseded_by_another
        CHECK ((status = 'superseded') = (successor_id IS NOT NULL)) NOT VALID;
ALTER TABLE payments.payment_line
    ADD COLUMN obligation_version integer NOT NULL DEFAULT 1,
    ADD COLUMN captures_before integer NOT NULL DEFAULT 0;
ALTER TABLE payments.state_step DROP CONSTRAINT state_step_machine_check;
ALTER TABLE payments.state_step
    ADD CONSTRAINT state_step_machine_check CHECK (machine IN ('payment', 'attempt', 'obligation'));

CREATE TABLE payments.obligation_change (
    obligation_id bigint NOT NULL REFERENCES payments.obligation,
    version integer NOT NULL CHECK (version > 1),
    act text NOT NULL CHECK (act IN ('correct', 'defer', 'instalments', 'cancel', 'supersede')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    document text NOT NULL CHECK (length(document) BETWEEN 1 AND 100),
    changed_by text NOT NULL CHECK (changed_by <> ''),
    changed_at timestamptz NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    PRIMARY KEY (obligation_id, version),
    CONSTRAINT obligation_change_once UNIQUE (obligation_id, act, document)
);

-- What stood until the change of `replaced_by` took its place; no change without its reason.
CREATE TABLE payments.obligation_version (
    obligation_id bigint NOT NULL REFERENCES payments.obligation,
    version integer NOT NULL,
    replaced_by integer NOT NULL,
    decided_on date,
    subject_index bytea,
    other_index bytea,
    person_index bytea,
    sealed bytea,
    facts jsonb NOT NULL,
    beneficiary text NOT NULL,
    status text NOT NULL,
    PRIMARY KEY (obligation_id, version),
    CONSTRAINT obligation_version_has_its_change FOREIGN KEY (obligation_id, replaced_by)
        REFERENCES payments.obligation_change (obligation_id, version)
        DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE payments.obligation_step (
    obligation_step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    obligation_id bigint NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX obligation_step_obligation
    ON payments.obligation_step (obligation_id, obligation_step_id);

-- A running account: the newest row says all that is due back by then, 0 when nothing is any more.
CREATE TABLE payments.refund_due (
    obligation_id bigint NOT NULL REFERENCES payments.obligation,
    sequence integer NOT NULL CHECK (sequence > 0),
    version integer NOT NULL CHECK (version > 0),
    paid_vnd bigint NOT NULL CHECK (paid_vnd BETWEEN 1 AND 9007199254740991),
    due_vnd bigint NOT NULL CHECK (due_vnd >= 0),
    difference_vnd bigint NOT NULL CHECK (difference_vnd >= 0),
    cause text NOT NULL CHECK (cause <> ''),
    found_at timestamptz NOT NULL,
    PRIMARY KEY (obligation_id, sequence),
    CONSTRAINT refund_due_is_the_difference CHECK (difference_vnd IN (0, paid_vnd - due_vnd))
);

GRANT SELECT ON
    payments.obligation_change, payments.obligation_version, payments.obligation_step,
    payments.refund_due
    TO clearing_app, clearing_recon, clearing_auditor;
-- Reports read counts, steps and sums: no document, reason or fact that leads to a person.
GRANT SELECT (obligation_id, version, act, changed_at) ON payments.obligation_change
    TO clearing_report;
GRANT SELECT (obligation_id, version, replaced_by, beneficiary, status)
    ON payments.obligation_version TO clearing_report;
GRANT SELECT ON payments.obligation_step TO clearing_report;
GRANT SELECT (obligation_id, sequence, version, paid_vnd, due_vnd, difference_vnd, found_at)
    ON payments.refund_due TO clearing_report;
GRANT SELECT (version, changed_at, confirmed_at, successor_id, captures) ON payments.obligation
    TO clearing_report;
GRANT SELECT (obligation_version, captures_before) ON payments.payment_line TO clearing_report;
GRANT INSERT ON payments.refund_due TO clearing_app, clearing_recon;
GRANT INSERT ON payments.obligation_change TO clearing_app;
GRANT UPDATE (captures) ON payments.obligation TO clearing_app, clearing_recon;
GRANT UPDATE (
    decided_on, subject_index, other_index, person_index, sealed, facts, beneficiary, version,
    changed_at, successor_id
) ON payments.obligation TO clearing_app;
