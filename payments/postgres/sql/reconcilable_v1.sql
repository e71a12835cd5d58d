-- Our side of the nightly comparison: one row per sum a gateway took.
CREATE VIEW payments.reconcilable_v1 AS
SELECT
    capture.capture_id,
    capture.entry_key,
    capture.gateway,
    capture.gateway_transaction,
    capture.reference,
    capture.movement,
    capture.amount_vnd,
    capture.paid_at,
    capture.business_date,
    capture.payment_id,
    payment.number AS payment_number,
    line.beneficiary
FROM payments.capture
JOIN payments.payment ON payment.payment_id = capture.payment_id
-- All lines of a payment have the same beneficiary, so the first one names it.
JOIN payments.payment_line AS line
    ON line.payment_id = capture.payment_id AND line.ordinal = 1;
