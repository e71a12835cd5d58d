-- What a fill needs beside the book, in a schema that is dropped when it is done; see growth.py.
CREATE SCHEMA bench;

-- The day being written: where its entries and payment numbers begin, and how many payments it has.
CREATE TABLE bench.day (
    business_date date, first_entry_id bigint, first_number bigint, payments bigint, parties integer
);
INSERT INTO bench.day VALUES (NULL, 1, 1, 0, 1);

-- What came in under each batch on the day before, to be passed on today.
CREATE TABLE bench.batch (
    place bigint, gateway_place integer, party_place integer, batch text, amount_vnd bigint
);

-- Payments of the day. One in four has a surcharge as its second transfer. Amounts and
-- beneficiaries are scattered over the numbers; the cube gives the first beneficiaries the most.
CREATE VIEW bench.payment AS
SELECT
    made.number,
    made.entry_id,
    made.recorded_at,
    made.business_date,
    CAST(made.number % 3 AS integer) AS gateway_place,
    CAST((made.parties * (made.scattered & 65535) * (made.scattered & 65535)
        * (made.scattered & 65535)) >> 48 AS integer) AS party_place,
    150000 + made.scattered % 59 * 50000 AS fine_vnd,
    CASE WHEN made.number % 4 = 0 THEN 5000 + made.scattered % 31 * 1000 END AS surcharge_vnd
FROM (
    SELECT
        number,
        (number * 2654435761) >> 8 AS scattered,
        day.first_entry_id + number - day.first_number AS entry_id,
        (CAST(day.business_date AS timestamp) + interval '7 hours'
            + (number - day.first_number) * (interval '16 hours' / day.payments))
            AT TIME ZONE 'Asia/Ho_Chi_Minh' AS recorded_at,
        day.business_date,
        day.parties
    FROM bench.day, generate_series(day.first_number, day.first_number + day.payments - 1) AS number
) AS made;

CREATE VIEW bench.named_payment AS
SELECT
    payment.*,
    named.gateway,
    named.party,
    named.gateway || '/' || to_char(payment.business_date, 'YYYY-MM-DD') || '/' || named.party
        AS batch
FROM bench.payment,
    LATERAL (SELECT
        (ARRAY['vnpay', 'momo', 'payos'])[1 + payment.gateway_place] AS gateway,
        'kbnn-' || lpad(CAST(payment.party_place AS text), 4, '0') AS party) AS named;

CREATE VIEW bench.captured_entry AS
SELECT
    payment.entry_id, payment.recorded_at, payment.business_date, said.movement,
    said.key AS idempotency_key, said.source,
    ledger.entry_digest_v1(
        said.movement, said.key, payment.business_date, said.source, NULL,
        ledger.leg_line_v1(said.debit, said.credit, payment.fine_vnd, payment.batch)
        || coalesce(
            ledger.leg_line_v1(said.debit, said.credit, payment.surcharge_vnd, payment.batch), '')
    ) AS digest
FROM bench.named_payment AS payment,
    LATERAL (SELECT
        'captured' AS movement,
        'captured:' || payment.gateway || ':' || lpad(CAST(payment.number AS text), 12, '0') AS key,
        'evidence:' || CAST(payment.number AS text) AS source,
        'receivable:' || payment.gateway AS debit,
        'payable:' || payment.party AS credit) AS said;

-- Accounts are created in this order in an empty book: 3 receivable, 3 in transit, the payable.
CREATE VIEW bench.captured_transfer AS
SELECT
    payment.entry_id, leg.amount_vnd, 1 + payment.gateway_place AS debit_account_id,
    7 + payment.party_place AS credit_account_id, payment.business_date, leg.ordinal, payment.batch
FROM bench.named_payment AS payment,
    LATERAL (VALUES (CAST(1 AS smallint), payment.fine_vnd),
        (CAST(2 AS smallint), payment.surcharge_vnd)) AS leg (ordinal, amount_vnd)
WHERE leg.amount_vnd IS NOT NULL;

-- Each batch of the day before is passed on and seen by its beneficiary in the morning.
CREATE VIEW bench.passed_on AS
SELECT
    day.first_entry_id + batch.place * 2 + step.place AS entry_id,
    (CAST(day.business_date AS timestamp) + interval '6 hours' + batch.place * interval '50 ms')
        AT TIME ZONE 'Asia/Ho_Chi_Minh' AS recorded_at,
    day.business_date,
    step.movement,
    step.movement || ':' || batch.batch AS key,
    'file line ' || CAST(batch.place + 1 AS text) AS source,
    batch.batch,
    batch.amount_vnd,
    CASE step.place WHEN 0 THEN 4 + batch.gateway_place ELSE 7 + batch.party_place END AS debit_id,
    CASE step.place WHEN 0 THEN 1 ELSE 4 END + batch.gateway_place AS credit_id
FROM bench.day, bench.batch,
    LATERAL (VALUES (0, 'settled'), (1, 'credited')) AS step (place, movement);

CREATE VIEW bench.settled_entry AS
SELECT
    passed_on.entry_id, passed_on.recorded_at, passed_on.business_date, passed_on.movement,
    passed_on.key AS idempotency_key, passed_on.source,
    ledger.entry_digest_v1(
        passed_on.movement, passed_on.key, passed_on.business_date, passed_on.source, NULL,
        ledger.leg_line_v1(debit.code, credit.code, passed_on.amount_vnd, passed_on.batch)
    ) AS digest
FROM bench.passed_on
JOIN ledger.account AS debit ON debit.account_id = passed_on.debit_id
JOIN ledger.account AS credit ON credit.account_id = passed_on.credit_id;

CREATE VIEW bench.settled_transfer AS
SELECT
    passed_on.entry_id, passed_on.amount_vnd, passed_on.debit_id AS debit_account_id,
    passed_on.credit_id AS credit_account_id, passed_on.business_date,
    CAST(1 AS smallint) AS ordinal, passed_on.batch
FROM bench.passed_on;

-- Turns to the next day, its first entry and payment given, whose first work is to pass on what
-- the last one took. The order of batches is that of their names, for a book that is the same again.
CREATE FUNCTION bench.turn_to(business_date date, first_entry_id bigint) RETURNS void
LANGUAGE sql AS $$
    TRUNCATE bench.batch;
    INSERT INTO bench.batch
    SELECT
        row_number() OVER (ORDER BY payment.batch COLLATE "C") - 1, payment.gateway_place,
        payment.party_place, payment.batch,
        sum(payment.fine_vnd + coalesce(payment.surcharge_vnd, 0))
    FROM bench.named_payment AS payment
    GROUP BY payment.gateway_place, payment.party_place, payment.batch;
    UPDATE bench.day SET
        business_date = turn_to.business_date, first_entry_id = turn_to.first_entry_id,
        first_number = day.first_number + day.payments, payments = 0;
$$;

CREATE FUNCTION bench.take_payments(payments bigint, first_entry_id bigint) RETURNS void
LANGUAGE sql AS $$
    UPDATE bench.day SET
        payments = take_payments.payments, first_entry_id = take_payments.first_entry_id;
$$;

-- Lets months begin with the first day to be written instead of today, as if the book had been kept
-- since; creates the accounts; tells the triggers to stand aside.
CREATE FUNCTION bench.begin(first_day date, last_day date, parties integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first_month constant date := date_trunc('month', first_day);
    through constant date := (SELECT max(month.until_day) - 1 FROM ledger.month);
    part record;
BEGIN
    UPDATE bench.day SET parties = begin.parties;
    FOR part IN
        SELECT pg_class.relname FROM pg_inherits JOIN pg_class ON pg_class.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent = 'ledger.transfer'::regclass
    LOOP
        EXECUTE format('ALTER TABLE ledger.transfer DETACH PARTITION ledger.%I', part.relname);
        IF part.relname <> 'transfer_before_months' THEN
            EXECUTE format('DROP TABLE ledger.%I', part.relname);
        END IF;
    END LOOP;
    ALTER TABLE ledger.month DISABLE TRIGGER refuse_change;
    DELETE FROM ledger.month;
    INSERT INTO ledger.month (from_day, until_day) VALUES ('2000-01-01', first_month);
    ALTER TABLE ledger.month ENABLE ALWAYS TRIGGER refuse_change;
    EXECUTE format(
        'ALTER TABLE ledger.transfer ATTACH PARTITION ledger.transfer_before_months'
        ' FOR VALUES FROM (%L) TO (%L)', date '2000-01-01', first_month);
    PERFORM ledger.open_months_v1(greatest(through, last_day));

    INSERT INTO ledger.account (kind, party)
    SELECT kind, gateway
    FROM unnest(ARRAY['receivable', 'in_transit']) WITH ORDINALITY AS kinds (kind, place),
        unnest(ARRAY['vnpay', 'momo', 'payos']) WITH ORDINALITY AS gateways (gateway, number)
    ORDER BY place, number;
    INSERT INTO ledger.account (kind, party)
    SELECT 'payable', 'kbnn-' || lpad(CAST(number AS text), 4, '0')
    FROM generate_series(0, begin.parties - 1) AS number
    ORDER BY number;
    IF (SELECT count(*) FROM ledger.account) <> 6 + begin.parties
        OR (SELECT max(account_id) FROM ledger.account) <> 6 + begin.parties
    THEN
        RAISE EXCEPTION 'only an empty book is filled';
    END IF;
    ALTER TABLE ledger.entry DISABLE TRIGGER check_entries;
    ALTER TABLE ledger.transfer DISABLE TRIGGER check_transfers;
END;
$$;

-- Has the triggers stand guard again, the next entry follow the last, and every day closed in the
-- night after it instead of just now.
CREATE FUNCTION bench.finish() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE ledger.entry ENABLE ALWAYS TRIGGER check_entries;
    ALTER TABLE ledger.transfer ENABLE ALWAYS TRIGGER check_transfers;
    PERFORM setval('ledger.entry_entry_id_seq', (SELECT max(entry_id) FROM ledger.entry));
    ALTER TABLE ledger.closed_day DISABLE TRIGGER refuse_change;
    UPDATE ledger.closed_day SET
        recorded_at = (CAST(business_date AS timestamp) + interval '25 hours')
            AT TIME ZONE 'Asia/Ho_Chi_Minh',
        closed_at = (CAST(business_date AS timestamp) + interval '25 hours')
            AT TIME ZONE 'Asia/Ho_Chi_Minh';
    ALTER TABLE ledger.closed_day ENABLE ALWAYS TRIGGER refuse_change;
END;
$$;
