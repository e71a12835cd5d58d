-- What agency systems ordered in the portal's dialect; a reference is said once and never changed.
-- `said` is the message to the byte, sealed: it names the payer.
CREATE TABLE payments.agency_order (
    agency text NOT NULL,
    reference text NOT NULL,
    obligation_id bigint NOT NULL REFERENCES payments.obligation,
    amount_vnd bigint NOT NULL CONSTRAINT agency_order_amount CHECK (amount_vnd > 0),
    description text NOT NULL,
    digest bytea NOT NULL CONSTRAINT agency_order_digest CHECK (octet_length(digest) = 32),
    said bytea NOT NULL,
    ordered_at timestamptz NOT NULL,
    PRIMARY KEY (agency, reference)
);
CREATE INDEX agency_order_obligation ON payments.agency_order (obligation_id);

-- Who asked to be told when a decision comes. What they left is sealed; `fact_index` fits the
-- obligation's own index, so a watch is compared without being opened. Rows go when they are over.
CREATE TABLE payments.decision_watch (
    watch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL,
    decided_on date,
    fact_index bytea NOT NULL,
    address_index bytea NOT NULL,
    device_index bytea NOT NULL,
    sealed bytea NOT NULL,
    seal_place text NOT NULL UNIQUE,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    CONSTRAINT decision_watch_once UNIQUE (address_index, fact_index)
);
CREATE INDEX decision_watch_due ON payments.decision_watch (next_at);
CREATE INDEX decision_watch_device ON payments.decision_watch (device_index);
CREATE INDEX decision_watch_over ON payments.decision_watch (expires_at);

GRANT SELECT, INSERT ON payments.agency_order TO clearing_app;
GRANT SELECT ON payments.agency_order TO clearing_recon, clearing_auditor;
-- Reports may count orders and follow them to their obligation; a reference holds a file number.
GRANT SELECT (agency, obligation_id, amount_vnd, ordered_at)
    ON payments.agency_order TO clearing_report;

GRANT SELECT, INSERT, DELETE, UPDATE (next_at, attempts, last_error)
    ON payments.decision_watch TO clearing_app;
GRANT SELECT ON payments.decision_watch TO clearing_auditor;
