-- What became of a proof: it was replaced by one of less money, or revoked when none of it is kept.
-- `version` counts a payment's proofs, the first standing in payments.acknowledgement.
CREATE TABLE payments.acknowledgement_turn (
    payment_id bigint NOT NULL REFERENCES payments.payment,
    version integer NOT NULL CONSTRAINT acknowledgement_turn_version CHECK (version >= 2),
    turn text NOT NULL
        CONSTRAINT acknowledgement_turn_known CHECK (turn IN ('replaced', 'revoked')),
    ended_number text NOT NULL,
    refund_number text NOT NULL CONSTRAINT acknowledgement_turn_refund CHECK (refund_number <> ''),
    kept_vnd bigint NOT NULL,
    at timestamptz NOT NULL,
    number text,
    payload bytea,
    signature bytea,
    key_id text,
    PRIMARY KEY (payment_id, version),
    CONSTRAINT acknowledgement_turn_ended_once UNIQUE (ended_number),
    CONSTRAINT acknowledgement_turn_number_once UNIQUE (number),
    CONSTRAINT acknowledgement_turn_kept
        CHECK (CASE turn WHEN 'revoked' THEN kept_vnd = 0 ELSE kept_vnd > 0 END),
    CONSTRAINT acknowledgement_turn_proof CHECK (
        num_nulls(number, payload, signature, key_id)
            = CASE turn WHEN 'revoked' THEN 4 ELSE 0 END
    ),
    CONSTRAINT acknowledgement_turn_numbered
        CHECK (number = split_part(ended_number, '-', 1) || '-' || version)
);
CREATE INDEX acknowledgement_turn_at ON payments.acknowledgement_turn (at);

-- Receipts of the State as agencies send them: kept as they are, and their numbers with them.
-- `payer` is sealed, its place being the receipt's own identity.
CREATE TABLE payments.state_receipt (
    receipt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment_id bigint NOT NULL REFERENCES payments.payment,
    obligation_id bigint NOT NULL REFERENCES payments.obligation,
    authority text NOT NULL REFERENCES payments.authority (code),
    sort text NOT NULL
        CONSTRAINT state_receipt_sort CHECK (sort IN ('e_receipt', 'fine_voucher')),
    template text NOT NULL,
    series text NOT NULL,
    number integer NOT NULL
        CONSTRAINT state_receipt_number CHECK (number BETWEEN 1 AND 9999999),
    tax_id text NOT NULL,
    name text NOT NULL,
    organisation text NOT NULL,
    address text NOT NULL,
    lines jsonb NOT NULL,
    amount_vnd bigint NOT NULL CONSTRAINT state_receipt_amount CHECK (amount_vnd > 0),
    amount_words text NOT NULL,
    issued_on date NOT NULL,
    difference_reason text NOT NULL,
    link text NOT NULL,
    document bytea,
    payer bytea,
    digest bytea NOT NULL CONSTRAINT state_receipt_digest CHECK (octet_length(digest) = 32),
    attached_at timestamptz NOT NULL,
    CONSTRAINT state_receipt_once UNIQUE (tax_id, template, series, number)
);
CREATE INDEX state_receipt_payment ON payments.state_receipt (payment_id);
CREATE INDEX state_receipt_obligation ON payments.state_receipt (obligation_id);

-- A cancelled receipt keeps its number.
CREATE TABLE payments.state_receipt_cancelled (
    receipt_id bigint PRIMARY KEY REFERENCES payments.state_receipt,
    reason text NOT NULL CONSTRAINT state_receipt_cancelled_reason CHECK (reason <> ''),
    cancelled_at timestamptz NOT NULL
);

-- Refunds are heard of at the doors and in settlement files.
GRANT SELECT, INSERT ON payments.acknowledgement_turn TO clearing_app, clearing_recon;
GRANT SELECT ON payments.acknowledgement_turn TO clearing_auditor;
GRANT SELECT (payment_id, version, turn, kept_vnd, at)
    ON payments.acknowledgement_turn TO clearing_report;
GRANT SELECT, INSERT ON payments.state_receipt, payments.state_receipt_cancelled TO clearing_app;
GRANT SELECT ON payments.state_receipt, payments.state_receipt_cancelled
    TO clearing_recon, clearing_auditor;
GRANT SELECT (receipt_id, payment_id, obligation_id, authority, sort, amount_vnd, issued_on,
    attached_at) ON payments.state_receipt TO clearing_report;
GRANT SELECT (receipt_id, cancelled_at) ON payments.state_receipt_cancelled TO clearing_report;
