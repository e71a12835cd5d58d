"""What each role of the database is given: what it may write, call, count and see.

Whoever gives a role a right says so here, or a test finds it.
"""

from collections.abc import Mapping
from typing import Final

ALL: Final = frozenset({"*"})
_LOCK: Final = frozenset({"INSERT", "DELETE"})
_ADD: Final = frozenset({"INSERT"})

Rights = Mapping[str, frozenset[str]]
"""By table: `INSERT`, `DELETE`, and the columns that may be updated, `*` being all."""

_BOTH: Final[Rights] = {
    "payments.evidence": _ADD,
    "payments.step": _ADD,
    "payments.capture": _ADD,
    "payments.acknowledgement": _ADD,
    "payments.acknowledgement_turn": _ADD,
    "payments.obligation_lock": _LOCK,
    "payments.refund_due": _ADD,
    "payments.client_event": _ADD,
    "api.lease": _ADD | ALL,
}
_PAYMENT: Final = frozenset({"state", "version", "paid_at"})
_REFUND: Final = frozenset(
    {"state", "version", "gateway_transaction", "next_ask_at", "finished_at", "outcome"}
)
_REFUND_BY_PEOPLE: Final = frozenset(
    {"approved_by", "approved_at", "digest", "sent_at", "asked_count", "decision"}
    | {"bank_reference", "paid_back_on", "settlement"}
)
_ATTEMPT: Final = frozenset(
    {"state", "version", "gateway_transaction", "next_ask_at", "asked_count"}
)
_CHANGE: Final = frozenset(
    {"decided_on", "subject_index", "other_index", "person_index", "sealed", "facts"}
    | {"beneficiary", "version", "changed_at", "successor_id"}
)
_ENDPOINT: Final = frozenset(
    {"url", "types", "description", "is_enabled", "disabled_reason", "disabled_at", "changed_at"}
    | {"deleted_at", "failures", "failing_since", "rest_until", "busy_until", "is_slow"}
)
_WEBHOOK_DELIVERY: Final = frozenset(
    {"due_since", "next_at", "attempts", "taken_at", "parked_at", "last_error"}
)
_PARTNER: Final = frozenset(
    {"sort", "return_origins", "certificates", "must_sign", "requests_per_minute_max"}
)
MAY_WRITE: Final[Mapping[str, Rights]] = {
    "clearing_app": _BOTH
    | {
        "payments.beneficiary": _ADD,
        "payments.obligation": _ADD | _CHANGE | {"status", "confirmed_at", "captures"},
        "payments.obligation_change": _ADD,
        "payments.authority": _ADD | {"in_force_to", "successor"},
        "payments.intake": _ADD,
        "payments.intake_result": _ADD,
        "payments.intake_refusal": _ADD,
        "payments.payment": _ADD | _PAYMENT | {"cancel_asked_at"},
        "payments.payment_line": _ADD,
        "payments.refund": _ADD | _REFUND | _REFUND_BY_PEOPLE,
        "payments.refund_finding": _ADD,
        "payments.attempt": _ADD | _ATTEMPT,
        "payments.idempotency": _LOCK | {"status", "answer"},
        "api.quota": _LOCK | ALL,
        "api.partner": _ADD | _PARTNER,
        "api.partner_key": _ADD | {"revoked_at", "last_used_at"},
        "api.partner_signing_key": _ADD | {"revoked_at", "sealed"},
        "payments.outbox": _ADD
        | {"next_at", "attempts", "delivered_at", "parked_at", "last_error", "again_at"},
        "payments.agency_order": _ADD,
        "payments.decision_watch": _LOCK | {"next_at", "attempts", "last_error"},
        "payments.delivery": _ADD,
        "payments.outage": _ADD,
        "payments.webhook_endpoint": _ADD | _ENDPOINT,
        "payments.webhook_secret": _LOCK | {"ends_at", "sealed"},
        "payments.webhook_delivery": _ADD | _WEBHOOK_DELIVERY,
        "payments.webhook_try": _ADD,
        "payments.state_receipt": _ADD,
        "payments.state_receipt_cancelled": _ADD,
    },
    "clearing_recon": _BOTH
    | {
        "payments.obligation": frozenset({"status", "captures"}),
        "payments.payment": _PAYMENT,
        "payments.refund": _ADD | _REFUND,
        "payments.attempt": _ATTEMPT,
        "payments.outbox": _ADD,
        "payments.webhook_delivery": _ADD,
        "reconciliation.source": _ADD,
        "reconciliation.file": _ADD
        | {"state", "reason", "judged_at", "business_date", "version"}
        | {"item_count", "total_vnd", "fee_total_vnd", "matched_on"},
        "reconciliation.statement": _ADD,
        "reconciliation.item": _ADD,
        "reconciliation.item_repeat": _ADD,
        "reconciliation.match_group": _ADD,
        "reconciliation.match_leg": _ADD,
        "reconciliation.refund_match": _ADD,
        "reconciliation.break_case": _ADD,
        "reconciliation.break_residue": _ADD,
        "reconciliation.break_event": _ADD,
        "reconciliation.day": _ADD,
        "reconciliation.job_run": _ADD,
    },
    "clearing_report": {},
    "clearing_auditor": {},
    "clearing_migrator": {},
}
_POSTERS: Final = frozenset({"clearing_app", "clearing_recon"})
_CLOSER: Final = frozenset({"clearing_recon"})
_READERS: Final = _POSTERS | {"clearing_report", "clearing_auditor"}
MAY_CALL: Final[Mapping[str, frozenset[str]]] = {
    "ledger.post_entries_v1": _POSTERS,
    "ledger.post_entries_v2": _POSTERS,
    "ledger.record_audit_v1": _POSTERS,
    "ledger.close_day_v1": _CLOSER,
    "ledger.close_day_v2": _CLOSER,
    "ledger.open_months_v1": _CLOSER,
    "ledger.audit_through_v1": _CLOSER,
    "ledger.seal_day_v1": _CLOSER,
    "ledger.posting_since_v1": _READERS,
    "ledger.leg_line_v1": _READERS,
    "ledger.entry_digest_v1": _READERS,
}
MAY_COUNT: Final[Mapping[str, frozenset[str]]] = {
    "reconciliation.match_group_group_id_seq": _CLOSER,
}
_ANY_WAY: Final = frozenset({"DELETE", "TRUNCATE", "*"})
MAY_CHANGE: Final[Rights] = {
    "payments.obligation_lock": _ANY_WAY,
    "payments.idempotency": _ANY_WAY,
    "api.lease": _ANY_WAY,
    "api.quota": _ANY_WAY,
    "api.partner": _PARTNER,
    "api.partner_key": frozenset({"revoked_at", "last_used_at"}),
    "api.partner_signing_key": frozenset({"revoked_at", "sealed"}),
    "payments.beneficiary": frozenset({"name", "bank_name", "statement_source"}),
    "payments.obligation": _CHANGE | {"status", "confirmed_at", "captures"},
    "payments.authority": frozenset({"name", "in_force_to", "successor", "items_per_minute_max"}),
    "payments.payment": _PAYMENT | {"cancel_asked_at"},
    "payments.refund": _REFUND | _REFUND_BY_PEOPLE,
    "payments.attempt": _ATTEMPT,
    "payments.outbox": ALL,
    "payments.decision_watch": _ANY_WAY,
    "payments.webhook_endpoint": ALL,
    "payments.webhook_secret": _ANY_WAY,
    "payments.webhook_delivery": ALL,
    "reconciliation.file": ALL,  # Row by row, by keep_file_v1.
}
"""What triggers do not refuse to the owner, table by table; all others only grow."""

REPORT_READS: Final[Rights] = {
    "api.partner": ALL,
    "api.partner_key": frozenset(
        {"key_id", "partner", "scopes", "issued_at", "expires_at", "revoked_at", "last_used_at"}
    ),
    "api.partner_signing_key": frozenset(
        {"key_id", "partner", "algorithm", "public_key", "added_at", "expires_at", "revoked_at"}
    ),
    "payments.beneficiary": ALL,
    "payments.authority": ALL,
    "payments.intake": frozenset(
        {"intake_id", "authority", "channel", "item_count", "received_at"}
    ),
    "payments.intake_result": ALL,
    "payments.state_step": ALL,
    "payments.step": ALL,
    "payments.obligation": frozenset(
        {"obligation_id", "provider", "kind", "beneficiary", "status", "pushed_at", "version"}
        | {"changed_at", "confirmed_at", "successor_id", "captures"}
    ),
    "payments.obligation_change": frozenset({"obligation_id", "version", "act", "changed_at"}),
    "payments.obligation_version": frozenset(
        {"obligation_id", "version", "replaced_by", "beneficiary", "status"}
    ),
    "payments.obligation_step": ALL,
    "payments.refund_due": frozenset(
        {"obligation_id", "sequence", "version", "paid_vnd", "due_vnd", "difference_vnd"}
        | {"found_at"}
    ),
    "payments.payment": frozenset(
        {"payment_id", "state", "version", "amount_vnd", "priced_on", "language", "client"}
        | {"created_at", "expires_at", "paid_at", "cancel_asked_at"}
    ),
    "payments.payment_line": frozenset(
        {"payment_id", "ordinal", "part", "amount_vnd", "beneficiary"}
        | {"obligation_version", "captures_before"}
    ),
    "payments.refund": frozenset(
        {"refund_id", "payment_id", "capture_id", "gateway", "amount_vnd", "cause", "route"}
        | {"state", "version", "proposed_at", "approved_at", "sent_at", "finished_at"}
        | {"settlement"}
    ),
    "payments.attempt": frozenset(
        {"attempt_id", "payment_id", "gateway", "state", "version", "amount_vnd"}
        | {"created_at", "expires_at", "next_ask_at", "asked_count"}
    ),
    "payments.capture": frozenset(
        {"capture_id", "gateway", "attempt_id", "payment_id", "movement", "amount_vnd"}
        | {"paid_at", "business_date"}
    ),
    "payments.reconcilable_v1": frozenset(
        {"capture_id", "gateway", "movement", "amount_vnd", "paid_at", "business_date"}
        | {"payment_id", "beneficiary"}
    ),
    "payments.outbox": frozenset(
        {"outbox_id", "subscriber", "sequence", "type", "created_at", "next_at", "attempts"}
        | {"delivered_at", "parked_at"}
    ),
    "payments.delivery": frozenset(
        {"delivery_id", "outbox_id", "subscriber", "at", "is_taken", "status", "duration_ms"}
    ),
    "payments.outage": frozenset(
        {"outage_id", "provider", "is_down", "source", "since", "said_at"}
    ),
    "payments.client_event": frozenset(
        {"client_event_id", "client", "payment_id", "sequence", "type", "created_at", "added_in"}
    ),
    "payments.webhook_endpoint": frozenset(
        {"endpoint_id", "client", "types", "is_enabled", "disabled_reason", "disabled_at"}
        | {"created_at", "changed_at", "deleted_at", "failures", "failing_since"}
    ),
    "payments.webhook_delivery": frozenset(
        {"endpoint_id", "client_event_id", "client", "sequence", "due_since", "next_at"}
        | {"attempts", "taken_at", "parked_at", "last_error"}
    ),
    "payments.webhook_try": ALL,
    "payments.agency_order": frozenset({"agency", "obligation_id", "amount_vnd", "ordered_at"}),
    "payments.acknowledgement_turn": frozenset({"payment_id", "version", "turn", "kept_vnd", "at"}),
    "payments.refund_finding": frozenset({"refund_id", "went_back", "found_at"}),
    "payments.state_receipt": frozenset(
        {"receipt_id", "payment_id", "obligation_id", "authority", "sort", "amount_vnd"}
        | {"issued_on", "attached_at"}
    ),
    "payments.state_receipt_cancelled": frozenset({"receipt_id", "cancelled_at"}),
    "reconciliation.file": frozenset(
        {"file_id", "source", "sha256", "name", "received_at", "state", "reason", "judged_at"}
        | {"business_date", "version", "item_count", "total_vnd", "fee_total_vnd", "matched_on"}
    ),
    "reconciliation.item": frozenset(
        {"item_id", "file_id", "amount_vnd", "fee_vnd", "occurred_at", "line", "booked_on"}
        | {"kind", "party", "payout"}
    ),
    "reconciliation.break_event": frozenset(
        {"break_id", "ordinal", "event", "business_date", "at"}
    ),
    "reconciliation.source": ALL,
    "reconciliation.statement": ALL,
    "reconciliation.item_repeat": ALL,
    "reconciliation.match_group": ALL,
    "reconciliation.match_leg": ALL,
    "reconciliation.refund_match": ALL,
    "reconciliation.break_case": ALL,
    "reconciliation.open_break_v1": ALL,
    "reconciliation.break_residue": ALL,
    "reconciliation.day": ALL,
    "reconciliation.job_run": ALL,
    "ledger.account": ALL,
    "ledger.entry": ALL,
    "ledger.transfer": ALL,
    "ledger.month": ALL,
    "ledger.closed_day": ALL,
    "ledger.balance_snapshot": ALL,
    "ledger.batch_snapshot": ALL,
    "ledger.seal": ALL,
}
"""What leads to nobody; audit records, evidence and answers are not among it."""
