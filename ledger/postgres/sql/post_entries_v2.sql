-- The only way into the book: many entries and all their transfers in one call.
-- Version 2 opens the month of a business date that has none yet, keeps the rules of reversals, and
-- takes arrays counted from 1 and of equal lengths only: what is digested below place by place is
-- written by unnest, and both must mean the same elements. It posts under READ COMMITTED only: under
-- an older snapshot it would not see that the day was closed meanwhile.
--
-- Transfers come in the order of their entries and name theirs by its place (from 1). A key that is
-- already there with the same content is a no-op that says so; with other content it is refused.
-- Entries go in by key, so two calls that share keys wait for each other in one order and never
-- deadlock.
--
-- Everything check_entries_v2 and check_transfers_v1 refuse is refused here first, from the same
-- words, before anything is written; they are told so and stand aside, which makes posting a single
-- entry a third cheaper. Who writes the tables without this function meets them in full.
CREATE FUNCTION ledger.post_entries_v2(
    movements text[],
    keys text[],
    business_dates date[],
    sources text[],
    corrected_keys text[],
    digests bytea[],
    leg_entries integer[],
    leg_debits text[],
    leg_credits text[],
    leg_amounts bigint[],
    leg_batches text[]
) RETURNS TABLE (posted_key text, posted_entry_id bigint, posted_is_new boolean)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off -- A plan made while the book was small must not scan it when it is big.
SET plan_cache_mode = force_generic_plan -- Planning again would cost more than running.
AS $$
DECLARE
    size constant integer := cardinality(keys);
    entry_dims constant text := array_dims(keys);
    leg_dims constant text := coalesce(array_dims(leg_entries), 'none');
    leg integer := 1;
    leg_ordinals integer[];
    ordinal integer;
    lines text;
    locked boolean;
    locked_day date;
    latest_day date;
    opened_until date;
    corrected_ids bigint[];
    refused_key text;
    debit_ids integer[];
    credit_ids integer[];
    are_batches boolean;
    closed_through date;
    ids bigint[];
    fresh_ids bigint[];
    known_ids bigint[];
    told text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'posting needs READ COMMITTED, not %',
            current_setting('transaction_isolation') USING ERRCODE = 'LD015';
    END IF;
    IF size = 0 AND leg_dims = 'none' THEN
        RETURN;
    END IF;
    IF (
        entry_dims = '[1:' || size || ']'
        AND array_dims(movements) = entry_dims
        AND array_dims(business_dates) = entry_dims
        AND array_dims(sources) = entry_dims
        AND array_dims(corrected_keys) = entry_dims
        AND array_dims(digests) = entry_dims
        AND leg_dims IN ('none', '[1:' || cardinality(leg_entries) || ']')
        AND coalesce(array_dims(leg_debits), 'none') = leg_dims
        AND coalesce(array_dims(leg_credits), 'none') = leg_dims
        AND coalesce(array_dims(leg_amounts), 'none') = leg_dims
        AND coalesce(array_dims(leg_batches), 'none') = leg_dims
    ) IS NOT TRUE THEN
        RAISE EXCEPTION 'the arrays of a call do not belong together' USING ERRCODE = 'LD010';
    END IF;
    FOR place IN 1 .. size LOOP
        lines := '';
        ordinal := 0;
        WHILE leg_entries[leg] = place LOOP
            ordinal := ordinal + 1;
            IF ordinal > 200 THEN
                RAISE EXCEPTION 'entry % has more than 200 transfers', keys[place]
                    USING ERRCODE = 'LD007';
            END IF;
            leg_ordinals[leg] := ordinal;
            lines := lines || ledger.leg_line_v1(
                leg_debits[leg], leg_credits[leg], leg_amounts[leg], leg_batches[leg]);
            leg := leg + 1;
        END LOOP;
        IF (
            ordinal > 0
            AND ledger.is_entry_v1(
                movements[place], keys[place], sources[place], business_dates[place])
            AND (movements[place] <> 'reversed' OR corrected_keys[place] IS NOT NULL)
            AND digests[place] = ledger.entry_digest_v1(
                movements[place], keys[place], business_dates[place], sources[place],
                corrected_keys[place], lines)
        ) IS NOT TRUE THEN
            IF ordinal = 0 THEN
                RAISE EXCEPTION 'entry % has no transfers', keys[place]
                    USING ERRCODE = 'LD003';
            ELSIF movements[place] = 'reversed' AND corrected_keys[place] IS NULL THEN
                RAISE EXCEPTION 'entry % reverses nothing', keys[place] USING ERRCODE = 'LD012';
            ELSIF ledger.is_entry_v1(
                movements[place], keys[place], sources[place], business_dates[place])
            THEN
                RAISE EXCEPTION 'the transfers of entry % are not what its digest says', keys[place]
                    USING ERRCODE = 'LD004';
            END IF;
            RAISE EXCEPTION 'entry % has a movement, key, source or date outside its shape',
                keys[place] USING ERRCODE = 'LD007';
        END IF;
        IF business_dates[place] IS DISTINCT FROM locked_day THEN
            -- Shared among those who post, exclusive to the close: nothing slips in meanwhile.
            locked_day := business_dates[place];
            latest_day := greatest(latest_day, locked_day);
            locked := pg_advisory_xact_lock_shared(1279543109, -1) IS NULL;
            locked := pg_advisory_xact_lock_shared(1279543109, locked_day - date '2000-01-01')
                IS NULL;
        END IF;
    END LOOP;
    IF leg <= cardinality(leg_entries) THEN
        RAISE EXCEPTION 'the transfers of a call do not follow its entries' USING ERRCODE = 'LD010';
    END IF;

    IF cardinality(array_remove(corrected_keys, NULL)) > 0 THEN
        SELECT
            array_agg(corrected.entry_id ORDER BY corrected.place),
            min(corrected.key) FILTER (WHERE corrected.entry_id IS NULL)
        INTO corrected_ids, refused_key
        FROM (
            SELECT
                (SELECT entry.entry_id FROM ledger.entry WHERE entry.idempotency_key = given.key),
                given.key, given.place
            FROM unnest(corrected_keys) WITH ORDINALITY AS given (key, place)
        ) AS corrected (entry_id, key, place);
        IF refused_key IS NOT NULL THEN
            RAISE EXCEPTION 'entry % is not in the book and cannot be corrected', refused_key
                USING ERRCODE = 'LD009';
        END IF;
        IF array_position(movements, 'reversed') IS NOT NULL THEN
            -- Who reverses the same entry waits here, in one order, and then finds what was done.
            PERFORM FROM ledger.entry
            WHERE entry.entry_id = ANY (corrected_ids)
            ORDER BY entry.entry_id
            FOR NO KEY UPDATE;
            SELECT min(given.key) INTO refused_key
            FROM unnest(movements, keys, business_dates, corrected_ids) WITH ORDINALITY
                AS given (movement, key, business_date, corrected_id, place)
            WHERE given.movement = 'reversed'
                AND ledger.is_mirror_v1(
                    given.corrected_id, given.business_date,
                    (SELECT string_agg(
                        ledger.leg_line_v1(leg.debit, leg.credit, leg.amount_vnd, leg.batch),
                        '' ORDER BY leg.ordinality)
                     FROM unnest(leg_entries, leg_debits, leg_credits, leg_amounts, leg_batches)
                        WITH ORDINALITY
                        AS leg (entry, debit, credit, amount_vnd, batch, ordinality)
                     WHERE leg.entry = given.place)) IS NOT TRUE;
            IF refused_key IS NOT NULL THEN
                RAISE EXCEPTION 'entry % is not the mirror of what it reverses', refused_key
                    USING ERRCODE = 'LD012';
            END IF;
        END IF;
    END IF;

    SELECT
        array_agg((SELECT account_id FROM ledger.account WHERE code = given.debit)),
        array_agg((SELECT account_id FROM ledger.account WHERE code = given.credit)),
        bool_and(ledger.is_batch_v1(given.batch)),
        (SELECT max(closed_day.business_date) FROM ledger.closed_day),
        (SELECT max(month.until_day) FROM ledger.month)
    INTO debit_ids, credit_ids, are_batches, closed_through, opened_until
    FROM unnest(leg_debits, leg_credits, leg_batches) AS given (debit, credit, batch);
    IF are_batches IS NOT TRUE THEN
        RAISE EXCEPTION 'a batch of a call is outside its shape' USING ERRCODE = 'LD007';
    END IF;
    IF (latest_day < opened_until) IS NOT TRUE THEN
        PERFORM ledger.open_months_v1(latest_day); -- The schedule should have been here before.
    END IF;
    IF array_position(debit_ids || credit_ids, NULL) IS NOT NULL THEN
        INSERT INTO ledger.account (kind, party)
        SELECT split_part(given.code, ':', 1), substr(given.code, strpos(given.code || ':', ':') + 1)
        FROM (SELECT DISTINCT unnest(leg_debits || leg_credits) AS code) AS given
        ORDER BY given.code COLLATE "C"
        ON CONFLICT (code) DO NOTHING;
        SELECT
            array_agg((SELECT account_id FROM ledger.account WHERE code = given.debit)),
            array_agg((SELECT account_id FROM ledger.account WHERE code = given.credit))
        INTO debit_ids, credit_ids
        FROM unnest(leg_debits, leg_credits) AS given (debit, credit);
    END IF;

    told := set_config('ledger.checked', 'by post_entries_v1', true);
    IF size = 1 THEN
        WITH fresh AS (
            INSERT INTO ledger.entry (
                movement, idempotency_key, business_date, source, corrects_entry_id, digest)
            VALUES (
                movements[1], keys[1], business_dates[1], sources[1], corrected_ids[1], digests[1])
            ON CONFLICT (idempotency_key) DO NOTHING
            RETURNING entry.entry_id
        ), legs AS (
            INSERT INTO ledger.transfer (
                entry_id, ordinal, debit_account_id, credit_account_id, amount_vnd, batch,
                business_date)
            SELECT
                (SELECT fresh.entry_id FROM fresh), given.ordinal, given.debit_id, given.credit_id,
                given.amount_vnd, given.batch, business_dates[1]
            FROM unnest(leg_ordinals, debit_ids, credit_ids, leg_amounts, leg_batches)
                AS given (ordinal, debit_id, credit_id, amount_vnd, batch)
            WHERE (SELECT fresh.entry_id FROM fresh) IS NOT NULL
        )
        SELECT fresh.entry_id INTO posted_entry_id FROM fresh;
        IF posted_entry_id IS NOT NULL AND (business_dates[1] <= closed_through) IS NOT TRUE THEN
            told := set_config('ledger.checked', '', true);
            posted_key := keys[1];
            posted_is_new := true;
            RETURN NEXT; -- What nearly every call comes to.
            RETURN;
        END IF;
        fresh_ids := ARRAY[posted_entry_id];
    ELSE
        -- No joins: a plan made for a few entries must not compare each of thousands with each.
        -- IN under IS TRUE is looked up in a hash, whatever the planner expects.
        ids := ARRAY(SELECT nextval('ledger.entry_entry_id_seq') FROM unnest(keys));
        WITH fresh AS (
            INSERT INTO ledger.entry (
                entry_id, movement, idempotency_key, business_date, source, corrects_entry_id,
                digest)
            SELECT
                given.entry_id, given.movement, given.key, given.business_date, given.source,
                given.corrected_id, given.digest
            FROM unnest(ids, movements, keys, business_dates, sources, corrected_ids, digests)
                WITH ORDINALITY
                AS given (
                    entry_id, movement, key, business_date, source, corrected_id, digest, place)
            ORDER BY given.key COLLATE "C", given.place
            ON CONFLICT (idempotency_key) DO NOTHING
            RETURNING entry.entry_id
        ), legs AS (
            INSERT INTO ledger.transfer (
                entry_id, ordinal, debit_account_id, credit_account_id, amount_vnd, batch,
                business_date)
            SELECT
                ids[given.entry], given.ordinal, given.debit_id, given.credit_id, given.amount_vnd,
                given.batch, business_dates[given.entry]
            FROM unnest(leg_entries, leg_ordinals, debit_ids, credit_ids, leg_amounts, leg_batches)
                AS given (entry, ordinal, debit_id, credit_id, amount_vnd, batch)
            WHERE (ids[given.entry] IN (SELECT fresh.entry_id FROM fresh)) IS TRUE
        )
        SELECT array_agg(
            CASE WHEN (given.entry_id IN (SELECT fresh.entry_id FROM fresh)) IS TRUE
                THEN given.entry_id END)
        INTO fresh_ids
        FROM unnest(ids) AS given (entry_id);
    END IF;
    told := set_config('ledger.checked', '', true);

    known_ids := fresh_ids;
    IF array_position(fresh_ids, NULL) IS NOT NULL THEN
        known_ids := ARRAY(
            SELECT coalesce(
                fresh_ids[given.place],
                (SELECT entry.entry_id FROM ledger.entry
                 WHERE entry.idempotency_key = given.key AND entry.digest = given.digest))
            FROM unnest(keys, digests) WITH ORDINALITY AS given (key, digest, place)
            ORDER BY given.place);
    END IF;

    FOR place IN 1 .. size LOOP
        posted_key := keys[place];
        posted_entry_id := known_ids[place];
        posted_is_new := fresh_ids[place] IS NOT NULL;
        IF posted_entry_id IS NULL THEN
            RAISE EXCEPTION 'key % is already there with other content', posted_key
                USING ERRCODE = 'LD001', DETAIL = posted_key;
        END IF;
        IF posted_is_new AND business_dates[place] <= closed_through THEN
            RAISE EXCEPTION 'business day % is closed', to_char(business_dates[place], 'YYYY-MM-DD')
                USING ERRCODE = 'LD002', DETAIL = to_char(business_dates[place], 'YYYY-MM-DD');
        END IF;
        RETURN NEXT;
    END LOOP;
END;
$$;
