-- One transfer's line in the canonical form of its entry; see ledger/digest.py.
CREATE FUNCTION ledger.leg_line_v1(debit text, credit text, amount_vnd bigint, batch text)
RETURNS text
LANGUAGE sql IMMUTABLE
RETURN debit || ' ' || credit || ' ' || amount_vnd::text || ' ' || batch || chr(10);
