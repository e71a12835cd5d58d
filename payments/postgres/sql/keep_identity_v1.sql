-- What a payment or an attempt is never changes; only where it stands does. Nor does an account
-- ever become another one.
CREATE TRIGGER keep_identity BEFORE UPDATE OF code, account_number ON payments.beneficiary
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.beneficiary ENABLE ALWAYS TRIGGER keep_identity;

CREATE TRIGGER keep_identity
BEFORE UPDATE OF
    payment_id, number, handle_hash, amount_vnd, priced_on, language, client, created_at, expires_at
ON payments.payment
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.payment ENABLE ALWAYS TRIGGER keep_identity;

CREATE TRIGGER keep_identity
BEFORE UPDATE OF
    attempt_id, payment_id, gateway, reference, amount_vnd, created_at, expires_at, fields
ON payments.attempt
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.attempt ENABLE ALWAYS TRIGGER keep_identity;
