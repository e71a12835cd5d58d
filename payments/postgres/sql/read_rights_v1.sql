-- Reports read sums, states and dates, and nothing that leads to a person: no name, number of a
-- decision, reference or transaction, no word of a partner or to one, nothing signed or sealed.
REVOKE SELECT ON ALL TABLES IN SCHEMA payments FROM clearing_report;
GRANT SELECT ON payments.beneficiary, payments.state_step, payments.step TO clearing_report;
GRANT SELECT (obligation_id, provider, kind, beneficiary, status, pushed_at)
    ON payments.obligation TO clearing_report;
GRANT SELECT (
    payment_id, state, version, amount_vnd, priced_on, language, client, created_at, expires_at,
    paid_at
) ON payments.payment TO clearing_report;
GRANT SELECT (payment_id, ordinal, part, amount_vnd, beneficiary)
    ON payments.payment_line TO clearing_report;
GRANT SELECT (
    attempt_id, payment_id, gateway, state, version, amount_vnd, created_at, expires_at,
    next_ask_at, asked_count
) ON payments.attempt TO clearing_report;
GRANT SELECT (
    capture_id, gateway, attempt_id, payment_id, movement, amount_vnd, paid_at, business_date
) ON payments.capture TO clearing_report;
GRANT SELECT (
    capture_id, gateway, movement, amount_vnd, paid_at, business_date, payment_id, beneficiary
) ON payments.reconcilable_v1 TO clearing_report;
GRANT SELECT (
    outbox_id, subscriber, sequence, type, created_at, next_at, attempts, delivered_at, parked_at
) ON payments.outbox TO clearing_report;
