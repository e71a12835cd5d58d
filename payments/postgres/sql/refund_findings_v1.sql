-- What people found out of refunds nobody knows the end of: on which document, and whether the payer
-- has the money. Two of them who found the same on the same document end one.
CREATE TABLE payments.refund_finding (
    refund_id bigint NOT NULL REFERENCES payments.refund,
    found_by text NOT NULL CONSTRAINT refund_finding_by_a_person CHECK (found_by ~ '^staff:.'),
    went_back boolean NOT NULL,
    document text NOT NULL
        CONSTRAINT refund_finding_document CHECK (length(document) BETWEEN 1 AND 100),
    found_at timestamptz NOT NULL,
    PRIMARY KEY (refund_id, found_by, went_back, document)
);

CREATE FUNCTION payments.check_finding_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payments.refund_finding AS one
        JOIN payments.refund_finding AS other USING (refund_id, went_back, document)
        WHERE one.refund_id = NEW.refund_id AND one.went_back = (NEW.state = 'done')
            AND one.found_by < other.found_by
    ) THEN
        RAISE EXCEPTION 'refund %: no two people found that it is %', NEW.number, NEW.state
            USING ERRCODE = 'PM001', CONSTRAINT = 'refund_ended_by_two_people';
    END IF;
    RETURN NULL;
END;
$$;
REVOKE EXECUTE ON FUNCTION payments.check_finding_v1() FROM PUBLIC;

CREATE TRIGGER check_finding AFTER UPDATE ON payments.refund
FOR EACH ROW WHEN (NEW.outcome = 'two_people' AND OLD.outcome <> 'two_people')
EXECUTE FUNCTION payments.check_finding_v1();
ALTER TABLE payments.refund ENABLE ALWAYS TRIGGER check_finding;

GRANT SELECT, INSERT ON payments.refund_finding TO clearing_app;
GRANT SELECT ON payments.refund_finding TO clearing_auditor;
GRANT SELECT (refund_id, went_back, found_at) ON payments.refund_finding TO clearing_report;
