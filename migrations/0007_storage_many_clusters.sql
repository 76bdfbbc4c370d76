-- What a process asks of storage for many clusters, or for many resources of one, in one call.

-- Which resources have durable rows, and the revision of which that is true: one step in the primary key a resource.
CREATE FUNCTION storage.durable_resources(p_cluster text)
RETURNS TABLE (revision bigint, api_group text, resource text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  RETURN QUERY
    WITH RECURSIVE found AS (
      (SELECT r.api_group, r.resource FROM storage.resources r WHERE r.cluster = p_cluster
        ORDER BY r.cluster, r.api_group, r.resource, r.namespace, r.name LIMIT 1)
      UNION ALL
      SELECT following.api_group, following.resource FROM found f, LATERAL (
        SELECT r.api_group, r.resource FROM storage.resources r
          WHERE r.cluster = p_cluster AND (r.api_group, r.resource) > (f.api_group, f.resource)
          ORDER BY r.cluster, r.api_group, r.resource, r.namespace, r.name LIMIT 1) following)
    SELECT h.revision, f.api_group, f.resource FROM storage.heads h LEFT JOIN found f ON true
      WHERE h.cluster = p_cluster AND NOT h.deleting;
END $$;

-- Puts off the end of a holder's leases of one name, and the wake-ups that ring if it dies: both, in one commit. Answers with the clusters
-- that it still holds. Not bound to one cluster: it shows nothing of any, and changes only what the epoch proves to be the caller's.
CREATE FUNCTION storage.hold_clusters(p_name text, p_clusters text[], p_epochs bigint[], p_duration interval, p_key text, p_due_in interval)
RETURNS TABLE (cluster text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = storage, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := clock_timestamp();
BEGIN
  RETURN QUERY
    WITH held AS (
      SELECT f.cluster FROM unnest(p_clusters, p_epochs) AS mine (cluster, epoch)
        JOIN fences f ON f.cluster = mine.cluster AND f.name = p_name AND f.epoch = mine.epoch
        ORDER BY f.cluster FOR NO KEY UPDATE OF f),
    renewed AS (
      UPDATE fences f SET expires_at = v_now + p_duration FROM held WHERE f.cluster = held.cluster AND f.name = p_name RETURNING f.cluster),
    marked AS (
      INSERT INTO wakeups AS w (cluster, key, due_at)
        SELECT h.cluster, p_key, v_now + p_due_in FROM heads h JOIN held ON held.cluster = h.cluster WHERE NOT h.deleting
        ON CONFLICT (cluster, key) DO UPDATE SET due_at = excluded.due_at, taken_due_at = NULL, retry_at = NULL)
    SELECT renewed.cluster FROM renewed;
END $$;

REVOKE ALL ON FUNCTION storage.durable_resources(text),
  storage.hold_clusters(text, text[], bigint[], interval, text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.durable_resources(text),
  storage.hold_clusters(text, text[], bigint[], interval, text, interval) TO kajitori_app;
