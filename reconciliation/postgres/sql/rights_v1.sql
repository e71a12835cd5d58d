-- Only the nightly work writes here; doors read, reports need no partner's raw bytes.
GRANT SELECT ON ALL TABLES IN SCHEMA reconciliation
    TO clearing_app, clearing_recon, clearing_report, clearing_auditor;
REVOKE SELECT ON reconciliation.file FROM clearing_report;
GRANT SELECT (
    file_id, source, sha256, name, received_at, state, reason, judged_at, business_date, version,
    item_count, total_vnd, fee_total_vnd, matched_on
) ON reconciliation.file TO clearing_report;
GRANT INSERT ON ALL TABLES IN SCHEMA reconciliation TO clearing_recon;
REVOKE INSERT ON reconciliation.open_break_v1 FROM clearing_recon;
GRANT UPDATE (
    state, reason, judged_at, business_date, version, item_count, total_vnd, fee_total_vnd,
    matched_on
) ON reconciliation.file TO clearing_recon;
GRANT USAGE ON SEQUENCE reconciliation.match_group_group_id_seq TO clearing_recon;
