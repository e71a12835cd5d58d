-- Takes back payment_api_v1 while no payment was cancelled, refunded or given words of a client.
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM payments.payment
        WHERE cancel_asked_at IS NOT NULL OR metadata <> '{}' OR return_url <> ''
            OR state IN ('refunding', 'refunded')
    ) OR EXISTS (
        SELECT FROM payments.step
        WHERE machine = 'payment' AND (step IN (
            'cancel', 'refund', 'resume_paid', 'resume_settled', 'resume_overpaid', 'refund_all'
        ) OR from_state IN ('refunding', 'refunded')
            OR (from_state = 'overpaid' AND step = 'settle'))
    ) THEN
        RAISE EXCEPTION 'a payment was cancelled, refunded or described: going back would lose it';
    END IF;
END;
$$;
ALTER TABLE payments.state_step DISABLE TRIGGER refuse_change;
DELETE FROM payments.state_step
WHERE machine = 'payment' AND (step IN (
    'cancel', 'refund', 'resume_paid', 'resume_settled', 'resume_overpaid', 'refund_all'
) OR from_state IN ('refunding', 'refunded') OR (from_state = 'overpaid' AND step = 'settle'));
ALTER TABLE payments.state_step ENABLE ALWAYS TRIGGER refuse_change;
DROP INDEX payments.payment_client;
DROP TRIGGER keep_words ON payments.payment;
ALTER TABLE payments.payment
    DROP CONSTRAINT payment_state_known,
    ADD CONSTRAINT payment_state_known CHECK (state IN (
        'created', 'pending', 'unknown', 'held', 'paid', 'settled', 'failed', 'expired', 'overpaid'
    )),
    DROP CONSTRAINT payment_paid_at_some_time,
    ADD CONSTRAINT payment_paid_at_some_time CHECK (
        (state IN ('paid', 'settled', 'overpaid')) = (paid_at IS NOT NULL)
    ),
    DROP COLUMN metadata,
    DROP COLUMN return_url,
    DROP COLUMN cancel_asked_at;
