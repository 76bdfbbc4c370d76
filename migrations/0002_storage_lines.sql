-- Reading and writing objects, once for each line: durable (logged tables) and volatile (unlogged ones). The text is the same, so it
-- stands here once: {line} and {prefix} name the tables, {lock}, {keep} and {head} what differs about their heads.
--
-- All functions run as their caller, bind the transaction to one cluster, and so stay behind row-level security.
-- Their plans do not depend on statistics, which may be missing or stale: a plan made for an empty table and kept for a full one reads
-- all of it. So sequential scans are off, and no statement joins a large table in a way that lets the planner choose which side leads:
-- look-ups are lateral sub-queries (OFFSET 0 keeps them apart), updates go through ON CONFLICT, deletions name one whole key each.
-- Codes of the errors raised: KJ404 cluster gone, KJ409 write abandoned, KJ410 expired, KJ504 future, KJ429 a limit, KJ500 apply singly.

-- Locks the volatile head, making it where the cluster has none: at first use, and after a crash emptied the unlogged tables.
-- It then starts above every revision that was ever given out.
CREATE FUNCTION storage.lock_volatile_head(p_cluster text) RETURNS storage.volatile_heads
LANGUAGE plpgsql AS $$
DECLARE
  v_head storage.volatile_heads;
  v_durable storage.heads;
BEGIN
  SELECT * INTO v_durable FROM storage.heads WHERE cluster = p_cluster;
  IF NOT FOUND OR v_durable.deleting THEN
    RAISE EXCEPTION 'cluster is gone' USING ERRCODE = 'KJ404';
  END IF;
  SELECT * INTO v_head FROM storage.volatile_heads WHERE cluster = p_cluster FOR NO KEY UPDATE;
  IF FOUND THEN
    RETURN v_head;
  END IF;
  UPDATE storage.heads SET volatile_reserved = volatile_reserved + 65536 WHERE cluster = p_cluster RETURNING * INTO v_durable;
  INSERT INTO storage.volatile_heads (cluster, revision, reserved, objects_max, bytes_max)
    VALUES (p_cluster, v_durable.volatile_reserved - 65536, v_durable.volatile_reserved, v_durable.objects_max, v_durable.bytes_max)
    ON CONFLICT DO NOTHING;
  SELECT * INTO STRICT v_head FROM storage.volatile_heads WHERE cluster = p_cluster FOR NO KEY UPDATE;
  RETURN v_head;
END $$;

CREATE FUNCTION storage.lock_durable_head(p_cluster text) RETURNS storage.heads
LANGUAGE plpgsql AS $$
DECLARE
  v_head storage.heads;
BEGIN
  SELECT * INTO v_head FROM storage.heads WHERE cluster = p_cluster FOR NO KEY UPDATE;
  IF NOT FOUND OR v_head.deleting THEN
    RAISE EXCEPTION 'cluster is gone' USING ERRCODE = 'KJ404';
  END IF;
  RETURN v_head;
END $$;

DO $lines$
DECLARE
  v_line record;
  v_text text := $template$

-- Applies a group of sets. p_operations is a JSON array with one operation an object: at most one on each stored object.
-- The lock and the work are statements of their own: a statement sees what was committed when it began, so work in the statement that
-- waits for the lock would see the state before the wait. Answers [refusal or null, revision] for each operation, as JSON text.
CREATE FUNCTION storage.{line}_write(p_cluster text, p_write uuid, p_operations text) RETURNS text
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_head storage.{prefix}heads;
  v_slot smallint;
  v_outcome text;
  v_sets integer;
  v_accepted integer;
  v_applied integer;
  v_deleted integer;
  v_objects bigint;
  v_bytes bigint;
  v_deletions text[];
  v_deletion text[];
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  v_head := storage.lock_{line}_head(p_cluster);
  IF EXISTS (SELECT FROM storage.abandoned_writes w WHERE w.cluster = p_cluster AND w.id = p_write) THEN
    RAISE EXCEPTION 'write % was abandoned', p_write USING ERRCODE = 'KJ409';
  END IF;
  SELECT o.slot INTO STRICT v_slot FROM storage.open_slot o;

  WITH operations AS MATERIALIZED (
    SELECT * FROM json_to_recordset(p_operations::json) AS o (
      i integer, s integer, t text, g text, r text, ns text, n text, uid text, e bigint, b text, l jsonb, f jsonb, v text, h text,
      fence text, epoch bigint)
  ), judged AS MATERIALIZED (
    SELECT o.*, c.revision AS before_revision, c.version AS before_version, c.schema_hash AS before_schema_hash,
      c.labels AS before_labels, c.fields AS before_fields, c.body AS before_body,
      CASE
        WHEN o.fence IS NOT NULL AND f.epoch IS DISTINCT FROM o.epoch THEN 'fenced'
        WHEN o.t = 'create' THEN CASE WHEN c.revision IS NOT NULL THEN 'exists' END
        WHEN c.revision IS NULL THEN 'notFound'
        WHEN c.revision <> o.e OR c.uid <> o.uid THEN 'conflict'
      END AS refused
    FROM operations o
    LEFT JOIN LATERAL (
      SELECT x.* FROM storage.{prefix}resources x
      WHERE x.cluster = p_cluster AND x.api_group = o.g AND x.resource = o.r AND x.namespace = o.ns AND x.name = o.n OFFSET 0
    ) c ON true
    LEFT JOIN LATERAL (SELECT x.epoch FROM storage.fences x WHERE x.cluster = p_cluster AND x.name = o.fence OFFSET 0) f ON true
  ), sets AS (
    SELECT j.*, bool_and(j.refused IS NULL) OVER (PARTITION BY j.s) AS accepted FROM judged j
  ), numbered AS MATERIALIZED (
    SELECT x.*, v_head.revision + count(*) FILTER (WHERE x.accepted) OVER (ORDER BY x.i) AS new_revision FROM sets x
  ), stored AS (
    -- The head's lock makes a conflict here an update that was judged fit, and two of them on one object an error.
    INSERT INTO storage.{prefix}resources AS c (cluster, api_group, resource, namespace, name, uid, revision, version, schema_hash, labels, fields, body)
    SELECT p_cluster, g, r, ns, n, uid, new_revision, v, h, l, f, b FROM numbered WHERE accepted AND t <> 'delete'
    ON CONFLICT (cluster, api_group, resource, namespace, name) DO UPDATE
    SET revision = excluded.revision, version = excluded.version, schema_hash = excluded.schema_hash, labels = excluded.labels,
      fields = excluded.fields, body = excluded.body
    RETURNING 1
  ), logged AS (
    INSERT INTO storage.{prefix}changes (slot, cluster, revision, previous, type, api_group, resource, namespace, name, uid, version,
      schema_hash, labels, fields, body, before_revision, before_version, before_schema_hash, before_labels, before_fields, before_body)
    SELECT v_slot, p_cluster, new_revision, new_revision - 1, t, g, r, ns, n, uid, coalesce(v, before_version),
      coalesce(h, before_schema_hash), coalesce(l, before_labels), coalesce(f, before_fields), coalesce(b, before_body), before_revision,
      before_version, before_schema_hash, before_labels, before_fields, before_body
    FROM numbered WHERE accepted
  )
  SELECT
    json_agg(json_build_array(x.refused, CASE WHEN x.accepted THEN x.new_revision ELSE x.before_revision END) ORDER BY x.i)::text,
    max(x.s) - min(x.s) + 1,
    count(*) FILTER (WHERE x.accepted),
    (SELECT count(*) FROM stored),
    array_agg(ARRAY[x.g, x.r, x.ns, x.n]) FILTER (WHERE x.accepted AND x.t = 'delete'),
    count(*) FILTER (WHERE x.accepted AND x.t = 'create') - count(*) FILTER (WHERE x.accepted AND x.t = 'delete'),
    coalesce(sum(CASE WHEN x.t = 'delete' THEN 0 ELSE octet_length(x.b) END - coalesce(octet_length(x.before_body), 0)) FILTER (WHERE x.accepted), 0)
  INTO v_outcome, v_sets, v_accepted, v_applied, v_deletions, v_objects, v_bytes
  FROM numbered x;

  IF v_deletions IS NOT NULL THEN
    FOREACH v_deletion SLICE 1 IN ARRAY v_deletions LOOP
      DELETE FROM storage.{prefix}resources c WHERE c.cluster = p_cluster
        AND c.api_group = v_deletion[1] AND c.resource = v_deletion[2] AND c.namespace = v_deletion[3] AND c.name = v_deletion[4]
        AND c.revision <= v_head.revision;
      GET DIAGNOSTICS v_deleted = ROW_COUNT;
      v_applied := v_applied + v_deleted;
    END LOOP;
  END IF;

  IF v_applied <> v_accepted THEN
    RAISE EXCEPTION 'two operations of a group touch one object' USING ERRCODE = 'KJ500';
  END IF;
  IF v_accepted = 0 THEN
    RETURN v_outcome;
  END IF;
  IF (v_objects > 0 AND v_head.objects + v_objects > v_head.objects_max) OR (v_bytes > 0 AND v_head.bytes + v_bytes > v_head.bytes_max) THEN
    IF v_sets > 1 THEN
      RAISE EXCEPTION 'a limit is near' USING ERRCODE = 'KJ500';
    ELSIF v_objects > 0 AND v_head.objects + v_objects > v_head.objects_max THEN
      RAISE EXCEPTION 'a cluster holds at most % objects', v_head.objects_max USING ERRCODE = 'KJ429';
    END IF;
    RAISE EXCEPTION 'the objects of a cluster hold at most % bytes', v_head.bytes_max USING ERRCODE = 'KJ429';
  END IF;
  {keep}
  UPDATE storage.{prefix}heads
    SET revision = v_head.revision + v_accepted, objects = v_head.objects + v_objects, bytes = v_head.bytes + v_bytes
    WHERE cluster = p_cluster;
  INSERT INTO storage.{prefix}writes (slot, cluster, id, outcome) VALUES (v_slot, p_cluster, p_write, v_outcome);
  RETURN v_outcome;
END $$;

-- What became of a write whose caller lost its connection: its answer, or null after making sure that it can never happen any more.
-- The head's lock waits for a call that is still running; the note stops one that is still on its way.
CREATE FUNCTION storage.{line}_resolve(p_cluster text, p_write uuid) RETURNS text
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_outcome text;
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  PERFORM storage.lock_{line}_head(p_cluster);
  SELECT w.outcome INTO v_outcome FROM storage.{prefix}writes w WHERE w.cluster = p_cluster AND w.id = p_write;
  IF NOT FOUND THEN
    INSERT INTO storage.abandoned_writes (cluster, id) VALUES (p_cluster, p_write) ON CONFLICT DO NOTHING;
  END IF;
  RETURN v_outcome;
END $$;

CREATE FUNCTION storage.{line}_get(p_cluster text, p_group text, p_resource text, p_namespace text, p_name text)
RETURNS TABLE (uid text, revision bigint, version text, schema_hash text, labels jsonb, fields jsonb, body text)
LANGUAGE plpgsql ROWS 1
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  RETURN QUERY SELECT c.uid, c.revision, c.version, c.schema_hash, c.labels, c.fields, c.body
    FROM storage.{prefix}resources c
    WHERE c.cluster = p_cluster AND c.api_group = p_group AND c.resource = p_resource AND c.namespace = p_namespace AND c.name = p_name;
END $$;

-- Objects with (p_from_namespace, p_from_name) <= key <= (p_to_namespace, p_to_name), in order, as many as p_limit and p_bytes allow but
-- at least one; each row carries the newest revision. When none is there one row of nulls carries it.
CREATE FUNCTION storage.{line}_list(p_cluster text, p_group text, p_resource text, p_from_namespace text, p_from_name text,
  p_to_namespace text, p_to_name text, p_labels jsonb, p_present text[], p_absent text[], p_fields jsonb, p_limit integer, p_bytes bigint)
RETURNS TABLE (head bigint, namespace text, name text, uid text, revision bigint, version text, schema_hash text, labels jsonb, fields jsonb, body text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET plan_cache_mode = force_generic_plan SET work_mem = '32MB' AS $$
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  RETURN QUERY SELECT h.revision, x.namespace, x.name, x.uid, x.revision, x.version, x.schema_hash, x.labels, x.fields, x.body
    FROM {head} h LEFT JOIN LATERAL (
      SELECT y.* FROM (
        SELECT c.*, sum(octet_length(c.body)) OVER (ORDER BY c.namespace, c.name ROWS UNBOUNDED PRECEDING) - octet_length(c.body) AS bytes_before
        FROM (
          SELECT r.* FROM storage.{prefix}resources r
          WHERE r.cluster = p_cluster AND r.api_group = p_group AND r.resource = p_resource
            AND (r.namespace, r.name) >= (p_from_namespace, p_from_name) AND (r.namespace, r.name) <= (p_to_namespace, p_to_name)
            AND r.labels @> p_labels AND r.labels ?& p_present AND NOT r.labels ?| p_absent AND r.fields @> p_fields
          ORDER BY r.namespace, r.name LIMIT p_limit
        ) c
      ) y WHERE y.bytes_before < p_bytes
    ) x ON true
    ORDER BY x.namespace, x.name;
END $$;

-- The same at an older revision: rows that have not changed since, and what the first change after it found before.
CREATE FUNCTION storage.{line}_list_at(p_cluster text, p_group text, p_resource text, p_from_namespace text, p_from_name text,
  p_to_namespace text, p_to_name text, p_labels jsonb, p_present text[], p_absent text[], p_fields jsonb, p_limit integer, p_bytes bigint,
  p_revision bigint)
RETURNS TABLE (head bigint, namespace text, name text, uid text, revision bigint, version text, schema_hash text, labels jsonb, fields jsonb, body text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan SET work_mem = '32MB' AS $$
DECLARE
  v_head bigint;
  v_previous bigint;
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  RETURN QUERY
    WITH since AS MATERIALIZED (
      SELECT c.namespace, c.name, min(c.revision) AS revision FROM storage.{prefix}changes c
      WHERE c.cluster = p_cluster AND c.revision > p_revision AND c.api_group = p_group AND c.resource = p_resource
        AND (c.namespace, c.name) >= (p_from_namespace, p_from_name) AND (c.namespace, c.name) <= (p_to_namespace, p_to_name)
      GROUP BY c.namespace, c.name
    ), state AS (
      (SELECT r.namespace, r.name, r.uid, r.revision, r.version, r.schema_hash, r.labels, r.fields, r.body
      FROM storage.{prefix}resources r
      WHERE r.cluster = p_cluster AND r.api_group = p_group AND r.resource = p_resource AND r.revision <= p_revision
        AND (r.namespace, r.name) >= (p_from_namespace, p_from_name) AND (r.namespace, r.name) <= (p_to_namespace, p_to_name)
        AND r.labels @> p_labels AND r.labels ?& p_present AND NOT r.labels ?| p_absent AND r.fields @> p_fields
      ORDER BY r.namespace, r.name LIMIT p_limit)
      UNION ALL
      SELECT b.namespace, b.name, b.uid, b.before_revision, b.before_version, b.before_schema_hash, b.before_labels, b.before_fields, b.before_body
      FROM since s CROSS JOIN LATERAL (
        SELECT c.* FROM storage.{prefix}changes c WHERE c.cluster = p_cluster AND c.revision = s.revision OFFSET 0
      ) b
      WHERE b.before_revision IS NOT NULL
        AND b.before_labels @> p_labels AND b.before_labels ?& p_present AND NOT b.before_labels ?| p_absent AND b.before_fields @> p_fields
    )
    SELECT h.revision, x.namespace, x.name, x.uid, x.revision, x.version, x.schema_hash, x.labels, x.fields, x.body
    FROM {head} h LEFT JOIN LATERAL (
      SELECT y.* FROM (
        SELECT c.*, sum(octet_length(c.body)) OVER (ORDER BY c.namespace, c.name ROWS UNBOUNDED PRECEDING) - octet_length(c.body) AS bytes_before
        FROM (SELECT s.* FROM state s ORDER BY s.namespace, s.name LIMIT p_limit) c
      ) y WHERE y.bytes_before < p_bytes
    ) x ON true
    ORDER BY x.namespace, x.name;
  -- Whether the log still reached back is asked after reading it: what is missing now may have been missing then.
  SELECT h.revision INTO v_head FROM {head} h;
  SELECT c.previous INTO v_previous FROM storage.{prefix}changes c
    WHERE c.cluster = p_cluster AND c.revision > p_revision ORDER BY c.revision LIMIT 1;
  IF v_head < p_revision THEN
    RAISE EXCEPTION '%', v_head USING ERRCODE = 'KJ504';
  ELSIF v_head > p_revision AND v_previous IS DISTINCT FROM p_revision THEN
    RAISE EXCEPTION 'revision % is no longer in the log', p_revision USING ERRCODE = 'KJ410';
  END IF;
END $$;

-- Objects and bytes between two keys.
CREATE FUNCTION storage.{line}_count(p_cluster text, p_group text, p_resource text, p_from_namespace text, p_from_name text,
  p_to_namespace text, p_to_name text, p_with_bytes boolean)
RETURNS TABLE (objects bigint, bytes bigint)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  IF p_with_bytes THEN
    RETURN QUERY SELECT count(*), coalesce(sum(octet_length(r.body)), 0)::bigint FROM storage.{prefix}resources r
      WHERE r.cluster = p_cluster AND r.api_group = p_group AND r.resource = p_resource
        AND (r.namespace, r.name) >= (p_from_namespace, p_from_name) AND (r.namespace, r.name) <= (p_to_namespace, p_to_name);
  ELSE
    RETURN QUERY SELECT count(*), 0::bigint FROM storage.{prefix}resources r
      WHERE r.cluster = p_cluster AND r.api_group = p_group AND r.resource = p_resource
        AND (r.namespace, r.name) >= (p_from_namespace, p_from_name) AND (r.namespace, r.name) <= (p_to_namespace, p_to_name);
  END IF;
END $$;

-- Changes after a revision, in order, as many as p_limit and p_bytes allow but at least one; each row carries the newest revision.
CREATE FUNCTION storage.{line}_changes(p_cluster text, p_from bigint, p_limit integer, p_bytes bigint)
RETURNS TABLE (head bigint, revision bigint, previous bigint, type text, api_group text, resource text, namespace text, name text, uid text,
  version text, schema_hash text, labels jsonb, fields jsonb, body text, before_revision bigint, before_labels jsonb, before_fields jsonb, before_body text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan SET work_mem = '32MB' AS $$
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  RETURN QUERY SELECT h.revision, x.revision, x.previous, x.type, x.api_group, x.resource, x.namespace, x.name, x.uid, x.version,
      x.schema_hash, x.labels, x.fields, x.body, x.before_revision, x.before_labels, x.before_fields, x.before_body
    FROM {head} h LEFT JOIN LATERAL (
      SELECT y.* FROM (
        SELECT c.*, sum(octet_length(c.body) + coalesce(octet_length(c.before_body), 0)) OVER (ORDER BY c.revision ROWS UNBOUNDED PRECEDING)
          - octet_length(c.body) - coalesce(octet_length(c.before_body), 0) AS bytes_before
        FROM (SELECT l.* FROM storage.{prefix}changes l WHERE l.cluster = p_cluster AND l.revision > p_from ORDER BY l.revision LIMIT p_limit) c
      ) y WHERE y.bytes_before < p_bytes
    ) x ON true
    ORDER BY x.revision;
END $$;
$template$;
BEGIN
  FOR v_line IN SELECT * FROM (VALUES
    ('durable', '', '', '(SELECT d.revision FROM storage.heads d WHERE d.cluster = p_cluster AND NOT d.deleting)'),
    ('volatile', 'volatile_', $keep$
  IF v_head.revision + v_accepted > v_head.reserved THEN
    UPDATE storage.heads SET volatile_reserved = v_head.revision + v_accepted + 65536 WHERE cluster = p_cluster;
    UPDATE storage.volatile_heads SET reserved = v_head.revision + v_accepted + 65536 WHERE cluster = p_cluster;
  END IF;$keep$,
      '(SELECT coalesce(v.revision, d.volatile_reserved) AS revision FROM storage.heads d LEFT JOIN storage.volatile_heads v ON v.cluster = d.cluster
        WHERE d.cluster = p_cluster AND NOT d.deleting)')
  ) lines (line, prefix, keep, head) LOOP
    EXECUTE replace(replace(replace(replace(v_text, '{line}', v_line.line), '{prefix}', v_line.prefix), '{keep}', v_line.keep), '{head}', v_line.head);
  END LOOP;
END $lines$;

CREATE FUNCTION storage.head(p_cluster text)
RETURNS TABLE (durable bigint, volatile bigint, objects bigint, bytes bigint, born_at timestamptz, overlay_version integer)
LANGUAGE plpgsql ROWS 1 SET enable_seqscan = off AS $$
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  RETURN QUERY SELECT d.revision, coalesce(v.revision, d.volatile_reserved), d.objects + coalesce(v.objects, 0), d.bytes + coalesce(v.bytes, 0),
      d.born_at, d.overlay_version
    FROM storage.heads d LEFT JOIN storage.volatile_heads v ON v.cluster = d.cluster WHERE d.cluster = p_cluster AND NOT d.deleting;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA storage FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA storage TO kajitori_app;
