-- Breaks nobody has explained away yet.
CREATE VIEW reconciliation.open_break_v1 AS
SELECT break_case.*
FROM reconciliation.break_case
WHERE NOT EXISTS (
    SELECT FROM reconciliation.break_event
    WHERE break_event.break_id = break_case.break_id AND break_event.event = 'closed'
);
