-- Takes back the columns of obligation_columns_v1 while nothing stands in them that would be lost.
DO $$
BEGIN
    IF EXISTS (SELECT FROM payments.obligation WHERE version > 1 OR status = 'superseded') THEN
        RAISE EXCEPTION 'an obligation was changed or replaced: going back would lose it';
    END IF;
END;
$$;
ALTER TABLE payments.obligation
    DROP CONSTRAINT obligation_status_known,
    ADD CONSTRAINT obligation_status_check CHECK (status IN ('open', 'paid', 'withdrawn')),
    DROP COLUMN typed_number,
    DROP COLUMN other_index,
    DROP COLUMN person_index,
    DROP COLUMN version,
    DROP COLUMN changed_at,
    DROP COLUMN confirmed_at,
    DROP COLUMN successor_id;
