-- These rows change, but none of them ever goes away.
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON payments.beneficiary
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.beneficiary ENABLE ALWAYS TRIGGER keep_rows;

CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON payments.payment
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.payment ENABLE ALWAYS TRIGGER keep_rows;

CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON payments.attempt
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.attempt ENABLE ALWAYS TRIGGER keep_rows;

CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON payments.obligation
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.obligation ENABLE ALWAYS TRIGGER keep_rows;

CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON payments.outbox
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();
ALTER TABLE payments.outbox ENABLE ALWAYS TRIGGER keep_rows;
