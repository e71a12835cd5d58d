-- Whether an audit record's words have the shapes of ledger/audit_record.py, so that its canonical
-- form cannot be misread. Of two ways to write the same letters only the composed one is taken.
CREATE FUNCTION ledger.is_audit_v1(actor text, action text, subject text, reason text)
RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN length(actor) BETWEEN 1 AND 120
    AND actor COLLATE "C" !~ '[^ -~]|^ | $'
    AND length(action) BETWEEN 1 AND 40
    AND action COLLATE "C" !~ '[^a-z_.]'
    AND length(subject) BETWEEN 1 AND 120
    AND subject COLLATE "C" !~ '[^ -~]|^ | $'
    AND length(reason) BETWEEN 1 AND 500
    AND reason COLLATE "C" !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]'
    AND reason IS NFC NORMALIZED;
