-- When something that was taken in is to be told again: it stays delivered all the while.
ALTER TABLE payments.outbox ADD COLUMN IF NOT EXISTS again_at timestamptz;
ALTER TABLE payments.outbox DROP CONSTRAINT IF EXISTS outbox_again_once_told;
ALTER TABLE payments.outbox
    ADD CONSTRAINT outbox_again_once_told CHECK (again_at IS NULL OR delivered_at IS NOT NULL)
        NOT VALID;
