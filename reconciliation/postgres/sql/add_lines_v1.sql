-- Lines and pages come with their file, while nothing of it is believed yet: none is slipped in
-- later. One check per statement stands in for a foreign key per line.
CREATE FUNCTION reconciliation.add_lines_v1() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused record;
BEGIN
    SELECT given.file_id INTO refused
    FROM (SELECT DISTINCT added.file_id FROM added) AS given
    LEFT JOIN reconciliation.file ON file.file_id = given.file_id
    WHERE file.state IS NULL OR file.state NOT IN ('received', 'quarantined')
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'file % takes no more lines', refused.file_id USING ERRCODE = 'RC002';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER add_lines AFTER INSERT ON reconciliation.item
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION reconciliation.add_lines_v1();
ALTER TABLE reconciliation.item ENABLE ALWAYS TRIGGER add_lines;

CREATE TRIGGER add_lines AFTER INSERT ON reconciliation.statement
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION reconciliation.add_lines_v1();
ALTER TABLE reconciliation.statement ENABLE ALWAYS TRIGGER add_lines;
