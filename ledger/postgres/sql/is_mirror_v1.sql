-- Whether lines of transfers, in the canonical form of leg_line_v1, move back exactly what an earlier
-- entry moved, not before its business date. NULL when there is no such entry.
CREATE FUNCTION ledger.is_mirror_v1(corrected_id bigint, business_date date, lines text)
RETURNS boolean
LANGUAGE sql STABLE
RETURN (
    SELECT string_agg(
            ledger.leg_line_v1(credit.code, debit.code, leg.amount_vnd, leg.batch),
            '' ORDER BY leg.ordinal) = is_mirror_v1.lines
        AND min(corrected.business_date) <= is_mirror_v1.business_date
    FROM ledger.entry AS corrected
    JOIN ledger.transfer AS leg
        ON leg.entry_id = corrected.entry_id AND leg.business_date = corrected.business_date
    JOIN ledger.account AS debit ON debit.account_id = leg.debit_account_id
    JOIN ledger.account AS credit ON credit.account_id = leg.credit_account_id
    WHERE corrected.entry_id = is_mirror_v1.corrected_id
);
