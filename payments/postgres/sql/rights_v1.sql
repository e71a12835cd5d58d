-- The least each role needs; clearing_recon completes what a settlement file proves.
GRANT SELECT ON ALL TABLES IN SCHEMA payments
    TO clearing_app, clearing_recon, clearing_report, clearing_auditor;
-- Reports need no partner's raw words and no answer meant for one client.
REVOKE SELECT ON payments.evidence, payments.idempotency FROM clearing_report;

GRANT INSERT ON
    payments.beneficiary, payments.obligation, payments.payment, payments.payment_line,
    payments.attempt, payments.idempotency
    TO clearing_app;
GRANT DELETE, UPDATE (status, answer) ON payments.idempotency TO clearing_app;

GRANT INSERT ON
    payments.evidence, payments.step, payments.capture, payments.acknowledgement, payments.outbox,
    payments.obligation_lock
    TO clearing_app, clearing_recon;
GRANT DELETE ON payments.obligation_lock TO clearing_app, clearing_recon;
GRANT UPDATE (status) ON payments.obligation TO clearing_app, clearing_recon;
GRANT UPDATE (state, version, paid_at) ON payments.payment TO clearing_app, clearing_recon;
GRANT UPDATE (state, version, gateway_transaction, next_ask_at, asked_count) ON payments.attempt
    TO clearing_app, clearing_recon;
GRANT UPDATE (next_at, attempts, delivered_at, parked_at, last_error) ON payments.outbox
    TO clearing_app;
