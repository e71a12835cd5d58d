-- Takes back refunds_v1 while no refund was met in a report.
DROP TABLE reconciliation.refund_match;
ALTER TABLE reconciliation.match_group DROP CONSTRAINT match_group_of_something;
ALTER TABLE reconciliation.match_group
    ADD CONSTRAINT match_group_of_something CHECK (gross_vnd > 0 AND fee_vnd BETWEEN 0 AND gross_vnd)
    NOT VALID;
