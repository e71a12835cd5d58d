-- What a client says beside a payment, when it was cancelled, and the states of a refund. What is
-- kept of money back is in refunds of their own; the payment only says where it stands.
ALTER TABLE payments.payment
    ADD COLUMN IF NOT EXISTS metadata jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS return_url text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS cancel_asked_at timestamptz;
ALTER TABLE payments.payment DROP CONSTRAINT IF EXISTS payment_state_known;
ALTER TABLE payments.payment
    ADD CONSTRAINT payment_state_known CHECK (state IN (
        'created', 'pending', 'unknown', 'held', 'paid', 'settled', 'failed', 'expired', 'overpaid',
        'refunding', 'refunded'
    )) NOT VALID;
ALTER TABLE payments.payment DROP CONSTRAINT IF EXISTS payment_paid_at_some_time;
ALTER TABLE payments.payment
    ADD CONSTRAINT payment_paid_at_some_time CHECK (
        (state IN ('paid', 'settled', 'overpaid', 'refunding', 'refunded')) = (paid_at IS NOT NULL)
    ) NOT VALID;

DROP TRIGGER IF EXISTS keep_words ON payments.payment;
CREATE TRIGGER keep_words BEFORE UPDATE OF metadata, return_url ON payments.payment
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.payment ENABLE ALWAYS TRIGGER keep_words;

INSERT INTO payments.state_step (machine, from_state, step, to_state) VALUES
    ('payment', 'created', 'cancel', 'failed'),
    ('payment', 'pending', 'cancel', 'pending'),
    ('payment', 'unknown', 'cancel', 'unknown'),
    ('payment', 'failed', 'cancel', 'failed'),
    ('payment', 'overpaid', 'settle', 'overpaid'),
    ('payment', 'held', 'refund', 'refunding'),
    ('payment', 'paid', 'refund', 'refunding'),
    ('payment', 'settled', 'refund', 'refunding'),
    ('payment', 'overpaid', 'refund', 'refunding'),
    ('payment', 'refunding', 'confirm_surplus', 'refunding'),
    ('payment', 'refunding', 'settle', 'refunding'),
    ('payment', 'refunding', 'resume_paid', 'paid'),
    ('payment', 'refunding', 'resume_settled', 'settled'),
    ('payment', 'refunding', 'resume_overpaid', 'overpaid'),
    ('payment', 'refunding', 'refund_all', 'refunded'),
    ('payment', 'refunded', 'confirm_surplus', 'overpaid')
ON CONFLICT DO NOTHING;

GRANT UPDATE (cancel_asked_at) ON payments.payment TO clearing_app;
GRANT SELECT (cancel_asked_at) ON payments.payment TO clearing_report;
