-- Who may push what is owed, by which partner key, and how much a minute; a dissolved authority names
-- the one that took over. Dates are days in Vietnam; in_force_to is the last day.
CREATE TABLE payments.authority (
    code text PRIMARY KEY CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'),
    family text NOT NULL CHECK (
        family IN ('police', 'inspectorate', 'social_insurance', 'agency', 'tax', 'portal')
    ),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    pushed_by text NOT NULL CHECK (length(pushed_by) BETWEEN 1 AND 40),
    in_force_from date NOT NULL,
    in_force_to date,
    successor text REFERENCES payments.authority,
    items_per_minute_max integer NOT NULL CHECK (items_per_minute_max > 0),
    CONSTRAINT authority_ends_later CHECK (in_force_to >= in_force_from),
    CONSTRAINT authority_succeeded_once_ended CHECK (successor IS NULL OR in_force_to IS NOT NULL),
    CONSTRAINT authority_not_its_own_successor CHECK (successor <> code)
);
CREATE INDEX authority_pushed_by ON payments.authority (pushed_by);
CREATE INDEX authority_successor ON payments.authority (successor) WHERE successor IS NOT NULL;
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON payments.authority
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.authority ENABLE ALWAYS TRIGGER keep_rows;
-- Whose key it is known by, and so who may say what is owed to it, never changes.
CREATE TRIGGER keep_identity
BEFORE UPDATE OF code, family, pushed_by, in_force_from ON payments.authority
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.authority ENABLE ALWAYS TRIGGER keep_identity;

-- One row for each body that was let in, written before it is worked on; its result is written with
-- what it changed. A row without a result changed nothing: the process stopped between.
CREATE TABLE payments.intake (
    intake_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    authority text NOT NULL REFERENCES payments.authority,
    client text NOT NULL CHECK (client <> ''),
    channel text NOT NULL
        CHECK (channel IN ('json', 'changes', 'csv', 'xlsx', 'by_hand', 'dialect')),
    body_digest bytea NOT NULL CHECK (octet_length(body_digest) = 32),
    item_count integer NOT NULL CHECK (item_count >= 0),
    received_at timestamptz NOT NULL
);
CREATE INDEX intake_authority ON payments.intake (authority, received_at);
CREATE INDEX intake_client ON payments.intake (client, intake_id);

CREATE TABLE payments.intake_result (
    intake_id bigint PRIMARY KEY REFERENCES payments.intake,
    counts jsonb NOT NULL,
    finished_at timestamptz NOT NULL
);

CREATE TABLE payments.intake_refusal (
    intake_id bigint NOT NULL REFERENCES payments.intake,
    place integer NOT NULL CHECK (place >= 0),
    number text NOT NULL,
    outcome text NOT NULL,
    field text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (intake_id, place)
);

GRANT SELECT ON
    payments.authority, payments.intake, payments.intake_result, payments.intake_refusal
    TO clearing_app, clearing_recon, clearing_auditor;
GRANT INSERT ON
    payments.authority, payments.intake, payments.intake_result, payments.intake_refusal
    TO clearing_app;
GRANT UPDATE (in_force_to, successor) ON payments.authority TO clearing_app;
GRANT UPDATE (confirmed_at) ON payments.obligation TO clearing_app;
GRANT SELECT ON payments.authority, payments.intake_result TO clearing_report;
GRANT SELECT (intake_id, authority, channel, item_count, received_at) ON payments.intake
    TO clearing_report;
