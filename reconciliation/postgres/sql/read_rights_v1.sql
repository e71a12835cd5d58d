-- Reports read files' figures, matches and breaks; not the partner's bytes, a payer's transaction,
-- or which officer said what.
REVOKE SELECT ON reconciliation.item, reconciliation.break_event FROM clearing_report;
GRANT SELECT (
    item_id, file_id, amount_vnd, fee_vnd, occurred_at, line, booked_on, kind, party, payout
) ON reconciliation.item TO clearing_report;
GRANT SELECT (break_id, ordinal, event, business_date, at)
    ON reconciliation.break_event TO clearing_report;
-- Who takes payments has nothing to read here since the console's figures are the reports'.
REVOKE SELECT ON ALL TABLES IN SCHEMA reconciliation FROM clearing_app;
