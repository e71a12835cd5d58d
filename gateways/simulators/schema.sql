-- What the simulated far sides remember; one file, so that a restart forgets nothing.
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS vnpay_plan (
    txn_ref TEXT PRIMARY KEY, behaviour TEXT NOT NULL, late_ms INTEGER NOT NULL, amount_delta_vnd INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS vnpay_order (
    order_id INTEGER PRIMARY KEY AUTOINCREMENT,
    txn_ref TEXT NOT NULL UNIQUE,
    amount_vnd INTEGER NOT NULL,
    order_info TEXT NOT NULL,
    beneficiary TEXT NOT NULL,
    create_date TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    return_url TEXT NOT NULL,
    locale TEXT NOT NULL,
    seal TEXT NOT NULL,                        -- of the address that opened it
    opened_at_ms INTEGER NOT NULL,
    behaviour TEXT,                            -- null until the payer decides, like all below
    response_code TEXT,
    transaction_status TEXT,
    transaction_no INTEGER,                    -- 0 when nothing was created
    taken_vnd INTEGER,                         -- what the payer was really charged
    effective_at_ms INTEGER,                   -- before it, the order is still in progress
    report_date TEXT,                          -- business date of the report that holds it
    payout TEXT,
    fee_vnd INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS vnpay_order_unreported ON vnpay_order (effective_at_ms) WHERE report_date IS NULL;
CREATE INDEX IF NOT EXISTS vnpay_order_reported ON vnpay_order (report_date);

CREATE TABLE IF NOT EXISTS vnpay_delivery (
    delivery_id INTEGER PRIMARY KEY AUTOINCREMENT,
    txn_ref TEXT NOT NULL,
    query TEXT NOT NULL,
    due_at_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    is_done INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS vnpay_delivery_due ON vnpay_delivery (due_at_ms) WHERE is_done = 0;

CREATE TABLE IF NOT EXISTS vnpay_answer (      -- every answer a callback got, word for word
    answer_id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_id INTEGER NOT NULL,
    txn_ref TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    http_status INTEGER NOT NULL,              -- 0 when there was no answer
    body TEXT NOT NULL,
    rsp_code TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS vnpay_answer_txn_ref ON vnpay_answer (txn_ref);

CREATE TABLE IF NOT EXISTS vnpay_request (request_id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS vnpay_refund (
    refund_id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL UNIQUE,
    txn_ref TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount_vnd INTEGER NOT NULL,
    done_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS vnpay_refund_line ( -- in which report a refund stands, and what it was kept from
    refund_id INTEGER PRIMARY KEY, report_date TEXT NOT NULL, payout TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS vnpay_refund_line_reported ON vnpay_refund_line (report_date);

CREATE TABLE IF NOT EXISTS vnpay_refund_plan ( -- of one order, or of all where txn_ref is empty
    txn_ref TEXT PRIMARY KEY, fault TEXT NOT NULL, late_ms INTEGER NOT NULL, amount_delta_vnd INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS vnpay_report (
    business_date TEXT PRIMARY KEY, version INTEGER NOT NULL, content TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS treasury_account (
    account TEXT PRIMARY KEY,
    number TEXT NOT NULL,                      -- as its bank's statements name it
    balance_vnd INTEGER NOT NULL,
    statements INTEGER NOT NULL,
    stated_on TEXT
) STRICT;

CREATE TABLE IF NOT EXISTS treasury_credit (
    credit_id INTEGER PRIMARY KEY AUTOINCREMENT,
    payout TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    amount_vnd INTEGER NOT NULL,
    business_date TEXT NOT NULL,
    text TEXT NOT NULL,
    booked_on TEXT,                            -- null until a statement shows it
    is_lost INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS treasury_file (
    file_id INTEGER PRIMARY KEY AUTOINCREMENT,
    business_date TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS police_event (
    arrival INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL UNIQUE,
    received_at_ms INTEGER NOT NULL,
    times INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS identity_code (
    code TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    person TEXT NOT NULL,
    level INTEGER NOT NULL,
    nonce TEXT NOT NULL,
    challenge TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS agency_order (
    order_id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE,
    file_number TEXT NOT NULL,
    amount_vnd INTEGER NOT NULL,
    code TEXT NOT NULL,
    words TEXT NOT NULL,
    pay_url TEXT NOT NULL,
    ordered_at_ms INTEGER NOT NULL,
    told TEXT,                                 -- the first confirm, null until one came
    times_told INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS mail (
    mail_id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at_ms INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
