-- What works across clusters: narrow functions that run as the owner. Nothing here answers a body.

-- Moves the log on: truncates what is older than p_keep and not needed by any consumer, and opens the next slot once the open one is p_span old.
-- Anyone may call it at any time; one caller works and the others return. Answers whether it changed anything.
CREATE FUNCTION storage.rotate_log(p_span interval, p_keep interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = storage, pg_temp SET lock_timeout = '250ms' AS $$
DECLARE
  v_open smallint;
  v_opened timestamptz;
  v_next smallint;
  v_old record;
  v_changed boolean := false;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('storage.rotate_log')) THEN
    RETURN false;
  END IF;
  SELECT o.slot, s.opened_at INTO STRICT v_open, v_opened FROM open_slot o JOIN slots s USING (slot);
  -- Oldest first, and no further than the first that must stay: the log has no holes.
  FOR v_old IN SELECT s.slot FROM slots s WHERE s.closed_at < clock_timestamp() - p_keep ORDER BY s.closed_at LOOP
    EXIT WHEN slot_is_needed(v_old.slot);
    EXECUTE format('TRUNCATE storage.changes_%1$s, storage.volatile_changes_%1$s, storage.writes_%1$s, storage.volatile_writes_%1$s', v_old.slot);
    UPDATE slots SET opened_at = NULL, closed_at = NULL WHERE slot = v_old.slot;
    v_changed := true;
  END LOOP;
  v_next := (v_open + 1) % (SELECT count(*) FROM slots);
  IF v_opened < clock_timestamp() - p_span AND EXISTS (SELECT FROM slots WHERE slot = v_next AND opened_at IS NULL) THEN
    UPDATE slots SET closed_at = clock_timestamp() WHERE slot = v_open;
    UPDATE slots SET opened_at = clock_timestamp() WHERE slot = v_next;
    UPDATE open_slot SET slot = v_next;
    v_changed := true;
  END IF;
  DELETE FROM abandoned_writes WHERE at < clock_timestamp() - 2 * p_keep;
  RETURN v_changed;
END $$;

-- Whether a consumer has still to read something in a slot: some cluster's cursor is behind a change that lies there.
CREATE FUNCTION storage.slot_is_needed(p_slot smallint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = storage, pg_temp SET enable_bitmapscan = off AS $$
DECLARE
  v_behind record;
  v_needed boolean;
BEGIN
  FOR v_behind IN
    SELECT h.cluster, coalesce(c.revision, 0) AS revision
    FROM heads h CROSS JOIN consumers k LEFT JOIN cursors c ON c.cluster = h.cluster AND c.consumer = k.name
    WHERE h.revision > coalesce(c.revision, 0) AND NOT h.deleting
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM storage.changes_%s WHERE cluster = $1 AND revision > $2)', p_slot)
      INTO v_needed USING v_behind.cluster, v_behind.revision;
    IF v_needed THEN
      RETURN true;
    END IF;
  END LOOP;
  RETURN false;
END $$;

-- Clusters whose head is ahead of the consumer's cursor, after p_after in order of their ids.
CREATE FUNCTION storage.dirty_clusters(p_consumer text, p_after text, p_limit integer)
RETURNS TABLE (cluster text, cursor bigint, head bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = storage, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT h.cluster, coalesce(c.revision, 0), h.revision
    FROM heads h LEFT JOIN cursors c ON c.cluster = h.cluster AND c.consumer = p_consumer
    WHERE h.cluster > p_after AND NOT h.deleting AND h.revision > coalesce(c.revision, 0)
    ORDER BY h.cluster LIMIT p_limit;
END $$;

CREATE FUNCTION storage.register_consumer(p_consumer text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = storage, pg_temp AS $$
  INSERT INTO consumers (name) VALUES (p_consumer) ON CONFLICT DO NOTHING;
$$;

-- The newest revisions of the clusters asked for: one call tells all waiting watchers whether they missed a wake.
CREATE FUNCTION storage.newest_revisions(p_clusters text[])
RETURNS TABLE (cluster text, durable bigint, volatile bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = storage, pg_temp AS $$
  SELECT h.cluster, h.revision, coalesce(v.revision, h.volatile_reserved)
  FROM heads h LEFT JOIN volatile_heads v ON v.cluster = h.cluster WHERE h.cluster = ANY (p_clusters);
$$;

-- Takes wake-ups that are due, and puts them off by p_retry: who takes one and dies has it rung again.
CREATE FUNCTION storage.take_due_wakeups(p_limit integer, p_retry interval)
RETURNS TABLE (cluster text, key text, due_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = storage, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
  -- By row address, so that no plan can lead with the whole table.
  RETURN QUERY UPDATE wakeups w
    SET taken_due_at = least(w.taken_due_at, CASE WHEN w.due_at <= clock_timestamp() THEN w.due_at END),
      due_at = CASE WHEN w.due_at > clock_timestamp() THEN w.due_at END,
      retry_at = clock_timestamp() + p_retry
    WHERE w.ctid = ANY (ARRAY(
      SELECT d.ctid FROM wakeups d WHERE d.rings_at <= clock_timestamp() ORDER BY d.rings_at LIMIT p_limit FOR UPDATE SKIP LOCKED))
    RETURNING w.cluster, w.key, w.taken_due_at;
END $$;

CREATE FUNCTION storage.next_wakeup() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = storage, pg_temp AS $$
  SELECT min(rings_at) FROM wakeups;
$$;

CREATE FUNCTION storage.create_cluster(p_cluster text, p_overlay_version integer, p_objects_max bigint, p_bytes_max bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = storage, pg_temp AS $$
BEGIN
  INSERT INTO heads (cluster, overlay_version, objects_max, bytes_max) VALUES (p_cluster, p_overlay_version, p_objects_max, p_bytes_max)
    ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

-- From here on the cluster takes no write and answers no list or watch. Waits for writes that hold the head.
CREATE FUNCTION storage.begin_cluster_deletion(p_cluster text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = storage, pg_temp AS $$
BEGIN
  UPDATE heads SET deleting = true WHERE cluster = p_cluster;
  RETURN FOUND;
END $$;

-- Deletes at most p_limit rows of a cluster that is being deleted; its head comes last. Answers whether nothing is left.
-- The log is left to rotation: it names a cluster that nobody can reach any more.
CREATE FUNCTION storage.delete_cluster_rows(p_cluster text, p_limit integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = storage, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_table text;
  v_deleted integer;
  v_left integer := p_limit;
BEGIN
  IF EXISTS (SELECT FROM heads WHERE cluster = p_cluster AND NOT deleting) THEN
    RAISE EXCEPTION 'cluster % is not being deleted', p_cluster;
  END IF;
  FOREACH v_table IN ARRAY ARRAY['resources', 'volatile_resources', 'occurrences', 'wakeups', 'fences', 'abandoned_writes', 'data_keys', 'cursors',
      'volatile_heads', 'heads'] LOOP
    EXECUTE format('DELETE FROM storage.%1$I WHERE ctid = ANY (ARRAY(SELECT ctid FROM storage.%1$I WHERE cluster = $1 LIMIT $2))', v_table)
      USING p_cluster, v_left;
    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    v_left := v_left - v_deleted;
    IF v_left <= 0 THEN
      RETURN NOT EXISTS (SELECT FROM heads WHERE cluster = p_cluster);
    END IF;
  END LOOP;
  RETURN true;
END $$;

CREATE FUNCTION storage.deleting_clusters(p_limit integer) RETURNS TABLE (cluster text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = storage, pg_temp AS $$
  SELECT h.cluster FROM heads h WHERE h.deleting ORDER BY h.cluster LIMIT p_limit;
$$;

-- Takes a fence that is free, expired or its holder's own; each take is a new epoch. Null when another holds it.
-- The heads' locks make it wait for writes in flight: once it answers, no write under an older epoch can come through.
CREATE FUNCTION storage.acquire_fence(p_cluster text, p_name text, p_holder text, p_duration interval)
RETURNS TABLE (epoch bigint, expires_at timestamptz)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  PERFORM FROM storage.volatile_heads v WHERE v.cluster = p_cluster FOR NO KEY UPDATE;
  PERFORM storage.lock_durable_head(p_cluster);
  RETURN QUERY
    INSERT INTO storage.fences AS f (cluster, name, epoch, holder, expires_at)
    VALUES (p_cluster, p_name, 1, p_holder, clock_timestamp() + p_duration)
    ON CONFLICT (cluster, name) DO UPDATE
      SET epoch = f.epoch + 1, holder = excluded.holder, expires_at = excluded.expires_at
      WHERE f.expires_at <= clock_timestamp() OR f.holder = excluded.holder
    RETURNING f.epoch, f.expires_at;
END $$;

-- What follows runs as its caller, behind row-level security.

CREATE FUNCTION storage.cursor(p_cluster text, p_consumer text) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  RETURN (SELECT c.revision FROM storage.cursors c WHERE c.cluster = p_cluster AND c.consumer = p_consumer);
END $$;

-- Only for a living cluster: a row made behind its deletion would stay for ever.
CREATE FUNCTION storage.advance_cursor(p_cluster text, p_consumer text, p_revision bigint) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  INSERT INTO storage.cursors AS c (cluster, consumer, revision)
    SELECT h.cluster, p_consumer, p_revision FROM storage.heads h WHERE h.cluster = p_cluster AND NOT h.deleting
    ON CONFLICT (cluster, consumer) DO UPDATE SET revision = excluded.revision WHERE c.revision < excluded.revision;
END $$;

CREATE FUNCTION storage.set_wakeup(p_cluster text, p_key text, p_due_at timestamptz, p_replace boolean) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  INSERT INTO storage.wakeups AS w (cluster, key, due_at)
    SELECT h.cluster, p_key, p_due_at FROM storage.heads h WHERE h.cluster = p_cluster AND NOT h.deleting
    ON CONFLICT (cluster, key) DO UPDATE SET
      due_at = CASE WHEN p_replace THEN excluded.due_at ELSE least(w.due_at, excluded.due_at) END,
      taken_due_at = CASE WHEN NOT p_replace THEN w.taken_due_at END,
      retry_at = CASE WHEN NOT p_replace THEN w.retry_at END;
END $$;

CREATE FUNCTION storage.delete_wakeup(p_cluster text, p_key text, p_due_at timestamptz) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  DELETE FROM storage.wakeups w WHERE w.cluster = p_cluster AND w.key = p_key
    AND (p_due_at IS NULL OR (coalesce(w.taken_due_at, w.due_at) = p_due_at AND (w.taken_due_at IS NULL OR w.due_at IS NULL)));
  IF NOT FOUND THEN
    UPDATE storage.wakeups w SET taken_due_at = NULL, retry_at = NULL
      WHERE w.cluster = p_cluster AND w.key = p_key AND w.taken_due_at = p_due_at;
  END IF;
END $$;

-- After a restore that may have lost writes: no revision that a client may have seen comes again, and all of them list anew.
-- For the owner alone.
CREATE FUNCTION storage.raise_revisions() RETURNS bigint
LANGUAGE plpgsql SET search_path = storage, pg_temp AS $$
DECLARE
  v_clusters bigint;
BEGIN
  UPDATE heads SET revision = revision + 4294967296, volatile_reserved = volatile_reserved + 4294967296, incarnation = incarnation + 1;
  GET DIAGNOSTICS v_clusters = ROW_COUNT;
  DELETE FROM volatile_heads;
  RETURN v_clusters;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA storage FROM PUBLIC;
REVOKE ALL ON FUNCTION storage.raise_revisions(), storage.slot_is_needed(smallint) FROM kajitori_app;
GRANT EXECUTE ON FUNCTION
  storage.rotate_log(interval, interval), storage.dirty_clusters(text, text, integer), storage.register_consumer(text),
  storage.newest_revisions(text[]), storage.take_due_wakeups(integer, interval), storage.next_wakeup(),
  storage.create_cluster(text, integer, bigint, bigint), storage.begin_cluster_deletion(text), storage.delete_cluster_rows(text, integer),
  storage.deleting_clusters(integer), storage.acquire_fence(text, text, text, interval), storage.cursor(text, text),
  storage.advance_cursor(text, text, bigint), storage.set_wakeup(text, text, timestamptz, boolean),
  storage.delete_wakeup(text, text, timestamptz)
TO kajitori_app;
