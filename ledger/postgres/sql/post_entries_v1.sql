-- The only way into the book: many entries and all their transfers in one call.
--
-- Transfers name their entry by its place (from 1) in the entry arrays. A key that is already there
-- with the same content is a no-op that says so; with other content it is refused. Entries go in by
-- key, so two calls that share keys wait for each other in one order and never deadlock.
CREATE FUNCTION ledger.post_entries_v1(
    movements text[],
    keys text[],
    business_dates date[],
    sources text[],
    corrected_keys text[],
    digests bytea[],
    leg_entries integer[],
    leg_ordinals integer[],
    leg_debits text[],
    leg_credits text[],
    leg_amounts bigint[],
    leg_batches text[]
) RETURNS TABLE (posted_key text, posted_entry_id bigint, posted_is_new boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off -- A plan made while the book was small must not scan it when it is big.
SET enable_nestloop = off -- Nor may one made for one entry compare each of thousands with each.
AS $$
DECLARE
    size constant integer := cardinality(keys);
    leg_size constant integer := cardinality(leg_entries);
    fresh_ids bigint[];
    known_ids bigint[];
    missing_key text;
    place integer;
BEGIN
    IF (cardinality(movements), cardinality(business_dates), cardinality(sources),
        cardinality(corrected_keys), cardinality(digests))
        IS DISTINCT FROM (size, size, size, size, size)
        OR (cardinality(leg_ordinals), cardinality(leg_debits), cardinality(leg_credits),
            cardinality(leg_amounts), cardinality(leg_batches))
        IS DISTINCT FROM (leg_size, leg_size, leg_size, leg_size, leg_size)
    THEN
        RAISE EXCEPTION 'the arrays of a call differ in length' USING ERRCODE = 'LD010';
    END IF;

    IF cardinality(array_remove(corrected_keys, NULL)) > 0 THEN
        SELECT corrected.key INTO missing_key
        FROM unnest(corrected_keys) AS corrected (key)
        WHERE corrected.key IS NOT NULL AND (
            SELECT entry.entry_id FROM ledger.entry WHERE entry.idempotency_key = corrected.key
        ) IS NULL
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'entry % is not in the book and cannot be corrected', missing_key
                USING ERRCODE = 'LD009', DETAIL = missing_key;
        END IF;
    END IF;

    PERFORM FROM unnest(leg_debits || leg_credits) AS leg (code)
    WHERE (SELECT account.account_id FROM ledger.account WHERE account.code = leg.code) IS NULL;
    IF FOUND THEN
        INSERT INTO ledger.account (kind, party)
        SELECT split_part(leg.code, ':', 1), substr(leg.code, length(split_part(leg.code, ':', 1)) + 2)
        FROM (SELECT DISTINCT unnest(leg_debits || leg_credits) AS code) AS leg
        ORDER BY leg.code COLLATE "C"
        ON CONFLICT (code) DO NOTHING;
    END IF;

    WITH wanted AS MATERIALIZED (
        SELECT nextval('ledger.entry_entry_id_seq') AS entry_id, given.*
        FROM unnest(movements, keys, business_dates, sources, corrected_keys, digests)
            WITH ORDINALITY
            AS given (movement, key, business_date, source, corrected_key, digest, place)
    ), fresh AS (
        INSERT INTO ledger.entry (
            entry_id, movement, idempotency_key, business_date, source, corrects_entry_id, digest)
        SELECT
            wanted.entry_id, wanted.movement, wanted.key, wanted.business_date, wanted.source,
            (SELECT corrected.entry_id FROM ledger.entry AS corrected
             WHERE corrected.idempotency_key = wanted.corrected_key),
            wanted.digest
        FROM wanted
        ORDER BY wanted.key COLLATE "C"
        ON CONFLICT (idempotency_key) DO NOTHING
        RETURNING entry.entry_id
    ), legs AS (
        INSERT INTO ledger.transfer (
            entry_id, ordinal, debit_account_id, credit_account_id, amount_vnd, batch, business_date)
        SELECT
            fresh.entry_id, leg.ordinal,
            (SELECT account.account_id FROM ledger.account WHERE account.code = leg.debit),
            (SELECT account.account_id FROM ledger.account WHERE account.code = leg.credit),
            leg.amount_vnd, leg.batch, wanted.business_date
        FROM fresh
        JOIN wanted ON wanted.entry_id = fresh.entry_id
        JOIN unnest(leg_entries, leg_ordinals, leg_debits, leg_credits, leg_amounts, leg_batches)
            AS leg (entry, ordinal, debit, credit, amount_vnd, batch)
            ON leg.entry = wanted.place
    )
    SELECT array_agg(fresh.entry_id ORDER BY wanted.place) INTO fresh_ids
    FROM wanted LEFT JOIN fresh ON fresh.entry_id = wanted.entry_id;

    known_ids := fresh_ids;
    IF array_position(fresh_ids, NULL) IS NOT NULL THEN
        SELECT array_agg(
            coalesce(
                fresh_ids[given.place],
                (SELECT entry.entry_id FROM ledger.entry
                 WHERE entry.idempotency_key = given.key
                     AND entry.digest = given.digest
                     AND entry.digest = ledger.entry_digest_v1(
                         given.movement, given.key, given.business_date, given.source,
                         given.corrected_key, leg.lines)))
            ORDER BY given.place)
        INTO known_ids
        FROM unnest(movements, keys, business_dates, sources, corrected_keys, digests)
            WITH ORDINALITY
            AS given (movement, key, business_date, source, corrected_key, digest, place)
        LEFT JOIN (
            SELECT
                part.entry,
                string_agg(
                    ledger.leg_line_v1(part.debit, part.credit, part.amount_vnd, part.batch),
                    '' ORDER BY part.ordinal) AS lines
            FROM unnest(leg_entries, leg_ordinals, leg_debits, leg_credits, leg_amounts, leg_batches)
                AS part (entry, ordinal, debit, credit, amount_vnd, batch)
            GROUP BY part.entry
        ) AS leg ON leg.entry = given.place;
        place := array_position(known_ids, NULL);
        IF place IS NOT NULL THEN
            RAISE EXCEPTION 'key % is already there with other content', keys[place]
                USING ERRCODE = 'LD001', DETAIL = keys[place];
        END IF;
    END IF;

    FOR place IN 1 .. size LOOP
        posted_key := keys[place];
        posted_entry_id := known_ids[place];
        posted_is_new := fresh_ids[place] IS NOT NULL;
        RETURN NEXT;
    END LOOP;
END;
$$;
