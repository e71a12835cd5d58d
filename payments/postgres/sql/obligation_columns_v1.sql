-- An obligation may be corrected (version), said again (confirmed_at), replaced (successor_id), and
-- found by a shorter number people type (typed_number), by more second facts (other_index), or by the person who owes it (person_index).
ALTER TABLE payments.obligation
    ADD COLUMN IF NOT EXISTS typed_number text,
    ADD COLUMN IF NOT EXISTS other_index bytea,
    ADD COLUMN IF NOT EXISTS person_index bytea,
    ADD COLUMN IF NOT EXISTS version integer NOT NULL DEFAULT 1
        CONSTRAINT obligation_version_counts CHECK (version > 0),
    ADD COLUMN IF NOT EXISTS changed_at timestamptz,
    ADD COLUMN IF NOT EXISTS confirmed_at timestamptz,
    ADD COLUMN IF NOT EXISTS successor_id bigint REFERENCES payments.obligation;
ALTER TABLE payments.obligation DROP CONSTRAINT IF EXISTS obligation_status_check;
ALTER TABLE payments.obligation DROP CONSTRAINT IF EXISTS obligation_status_known;
ALTER TABLE payments.obligation
    ADD CONSTRAINT obligation_status_known
        CHECK (status IN ('open', 'paid', 'withdrawn', 'superseded')) NOT VALID;
