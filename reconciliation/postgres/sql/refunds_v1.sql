-- Refunds in reports: a line that a gateway kept from a payout, and the refund of ours that it is.
-- Such a group is below zero; all that arrives under a payout may come to nothing.
ALTER TABLE reconciliation.match_group DROP CONSTRAINT match_group_of_something;
ALTER TABLE reconciliation.match_group
    ADD CONSTRAINT match_group_of_something CHECK (
        CASE
            WHEN rule = 'refund' THEN gross_vnd < 0 AND fee_vnd = 0
            WHEN kind = 'arrived' THEN gross_vnd >= 0 AND fee_vnd = 0
            ELSE gross_vnd > 0 AND fee_vnd BETWEEN 0 AND gross_vnd
        END
    ) NOT VALID;

CREATE TABLE reconciliation.refund_match (
    refund_id bigint PRIMARY KEY,
    item_id bigint NOT NULL,
    group_id bigint NOT NULL REFERENCES reconciliation.match_group,
    CONSTRAINT refund_match_item_once UNIQUE (item_id)
);
GRANT SELECT ON reconciliation.refund_match
    TO clearing_recon, clearing_report, clearing_auditor;
GRANT INSERT ON reconciliation.refund_match TO clearing_recon;
