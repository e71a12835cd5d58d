-- The tables of payments, their keys, and what no row may ever say.
CREATE TABLE payments.beneficiary (
    code text PRIMARY KEY CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'),
    name text NOT NULL,
    account_number text NOT NULL UNIQUE,
    bank_name text NOT NULL,
    statement_source text NOT NULL
);

CREATE TABLE payments.obligation (
    obligation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    number_shown text NOT NULL,
    decided_on date,
    subject_index bytea,
    sealed bytea,
    facts jsonb NOT NULL,
    beneficiary text NOT NULL REFERENCES payments.beneficiary,
    status text NOT NULL CHECK (status IN ('open', 'paid', 'withdrawn')),
    pushed_at timestamptz NOT NULL,
    CONSTRAINT obligation_once UNIQUE (provider, kind, number)
);
CREATE INDEX obligation_number ON payments.obligation (number);

CREATE TABLE payments.payment (
    payment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL CONSTRAINT payment_number_once UNIQUE,
    handle_hash bytea NOT NULL CONSTRAINT payment_handle_once UNIQUE,
    state text NOT NULL,
    version integer NOT NULL CHECK (version >= 0),
    amount_vnd bigint NOT NULL,
    priced_on date NOT NULL,
    language text NOT NULL CHECK (language IN ('vi', 'en')),
    client text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    paid_at timestamptz,
    CONSTRAINT payment_state_known CHECK (state IN (
        'created', 'pending', 'unknown', 'held', 'paid', 'settled', 'failed', 'expired', 'overpaid'
    )),
    CONSTRAINT payment_of_something CHECK (amount_vnd BETWEEN 1 AND 9007199254740991),
    CONSTRAINT payment_handle_is_sha256 CHECK (octet_length(handle_hash) = 32),
    CONSTRAINT payment_ends_later CHECK (expires_at > created_at),
    CONSTRAINT payment_paid_at_some_time CHECK (
        (state IN ('paid', 'settled', 'overpaid')) = (paid_at IS NOT NULL)
    )
);
CREATE INDEX payment_open ON payments.payment (expires_at)
    WHERE state IN ('created', 'pending', 'unknown', 'failed');

CREATE TABLE payments.payment_line (
    payment_id bigint NOT NULL REFERENCES payments.payment,
    ordinal integer NOT NULL CHECK (ordinal > 0),
    obligation_id bigint NOT NULL REFERENCES payments.obligation,
    part text NOT NULL,
    amount_vnd bigint NOT NULL,
    beneficiary text NOT NULL,
    budget jsonb NOT NULL,
    explanation jsonb NOT NULL,
    PRIMARY KEY (payment_id, ordinal),
    CONSTRAINT payment_line_of_something CHECK (amount_vnd BETWEEN 1 AND 9007199254740991)
);
CREATE INDEX payment_line_obligation ON payments.payment_line (obligation_id);

CREATE TABLE payments.obligation_lock (
    obligation_id bigint PRIMARY KEY REFERENCES payments.obligation,
    payment_id bigint NOT NULL REFERENCES payments.payment,
    locked_at timestamptz NOT NULL
);
CREATE INDEX obligation_lock_payment ON payments.obligation_lock (payment_id);

CREATE TABLE payments.attempt (
    attempt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment_id bigint NOT NULL REFERENCES payments.payment,
    gateway text NOT NULL CHECK (gateway ~ '^[a-z][a-z0-9_]{1,19}$'),
    reference text NOT NULL CHECK (reference <> ''),
    state text NOT NULL,
    version integer NOT NULL CHECK (version >= 0),
    amount_vnd bigint NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    fields jsonb NOT NULL,
    gateway_transaction text NOT NULL,
    next_ask_at timestamptz,
    asked_count integer NOT NULL CHECK (asked_count >= 0),
    CONSTRAINT attempt_reference_once UNIQUE (gateway, reference),
    CONSTRAINT attempt_state_known CHECK (state IN (
        'prepared', 'sent', 'unknown', 'held', 'captured', 'failed', 'expired'
    )),
    CONSTRAINT attempt_of_something CHECK (amount_vnd BETWEEN 1 AND 9007199254740991),
    CONSTRAINT attempt_ends_later CHECK (expires_at > created_at),
    CONSTRAINT attempt_captured_has_transaction CHECK (
        (state = 'captured') = (gateway_transaction <> '')
    )
);
-- Held ones are left out: late money may be held while the payer's next try is under way.
CREATE UNIQUE INDEX attempt_one_live ON payments.attempt (payment_id)
    WHERE state IN ('prepared', 'sent', 'unknown');
CREATE INDEX attempt_payment ON payments.attempt (payment_id);
CREATE INDEX attempt_due ON payments.attempt (next_ask_at) WHERE next_ask_at IS NOT NULL;

CREATE TABLE payments.evidence (
    evidence_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('callback', 'answer', 'report_line')),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    received_at timestamptz NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    query bytea NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    peer text NOT NULL,
    reference text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN (
        'recorded', 'already_recorded', 'unknown_reference', 'amount_differs', 'bad_signature',
        'malformed'
    )),
    attempt_id bigint REFERENCES payments.attempt,
    CONSTRAINT evidence_once UNIQUE (gateway, kind, digest)
);
CREATE INDEX evidence_attempt ON payments.evidence (attempt_id);

CREATE TABLE payments.state_step (
    machine text NOT NULL CHECK (machine IN ('payment', 'attempt')),
    from_state text NOT NULL,
    step text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (machine, from_state, step)
);

CREATE TABLE payments.step (
    machine text NOT NULL,
    subject_id bigint NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    step text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    at timestamptz NOT NULL,
    evidence_id bigint REFERENCES payments.evidence,
    PRIMARY KEY (machine, subject_id, version)
);

CREATE TABLE payments.capture (
    capture_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway text NOT NULL,
    gateway_transaction text NOT NULL CHECK (gateway_transaction <> ''),
    reference text NOT NULL,
    attempt_id bigint NOT NULL REFERENCES payments.attempt,
    payment_id bigint NOT NULL REFERENCES payments.payment,
    movement text NOT NULL CHECK (movement IN ('captured', 'captured_twice', 'parked')),
    amount_vnd bigint NOT NULL,
    paid_at timestamptz NOT NULL,
    business_date date NOT NULL,
    entry_key text NOT NULL UNIQUE,
    evidence_id bigint NOT NULL REFERENCES payments.evidence,
    CONSTRAINT capture_once UNIQUE (gateway, gateway_transaction),
    CONSTRAINT capture_of_something CHECK (amount_vnd BETWEEN 1 AND 9007199254740991)
);
CREATE INDEX capture_payment ON payments.capture (payment_id);
CREATE INDEX capture_day ON payments.capture (business_date, gateway);
-- Whatever comes, one payment is fulfilled by one transaction; more is surplus.
CREATE UNIQUE INDEX capture_fulfils_once ON payments.capture (payment_id)
    WHERE movement = 'captured';

CREATE TABLE payments.acknowledgement (
    number text PRIMARY KEY,
    payment_id bigint NOT NULL UNIQUE REFERENCES payments.payment,
    payload bytea NOT NULL,
    signature bytea NOT NULL,
    key_id text NOT NULL,
    issued_at timestamptz NOT NULL
);

CREATE TABLE payments.outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id text NOT NULL UNIQUE,
    subscriber text NOT NULL,
    obligation_id bigint NOT NULL REFERENCES payments.obligation,
    sequence integer NOT NULL CHECK (sequence > 0),
    type text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    next_at timestamptz,
    attempts integer NOT NULL CHECK (attempts >= 0),
    delivered_at timestamptz,
    parked_at timestamptz,
    last_error text NOT NULL,
    CONSTRAINT outbox_in_order UNIQUE (subscriber, obligation_id, sequence),
    CONSTRAINT outbox_due_or_done CHECK (
        num_nonnulls(next_at, delivered_at, parked_at) = 1
    )
);
CREATE INDEX outbox_due ON payments.outbox (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE payments.idempotency (
    client text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_digest bytea NOT NULL,
    status integer,
    answer bytea,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (client, route, key),
    CONSTRAINT idempotency_answered_whole CHECK ((status IS NULL) = (answer IS NULL))
);
