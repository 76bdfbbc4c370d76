-- A fence that is new begins above every epoch that an earlier life of the cluster may have given: a restore may have lost the row.
CREATE OR REPLACE FUNCTION storage.acquire_fence(p_cluster text, p_name text, p_holder text, p_duration interval)
RETURNS TABLE (epoch bigint, expires_at timestamptz)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  PERFORM FROM storage.volatile_heads v WHERE v.cluster = p_cluster FOR NO KEY UPDATE;
  PERFORM storage.lock_durable_head(p_cluster);
  RETURN QUERY
    INSERT INTO storage.fences AS f (cluster, name, epoch, holder, expires_at)
    VALUES (p_cluster, p_name,
      coalesce((SELECT (h.incarnation - 1) * 4294967296 FROM storage.heads h WHERE h.cluster = p_cluster), 0) + 1,
      p_holder, clock_timestamp() + p_duration)
    ON CONFLICT (cluster, name) DO UPDATE
      SET epoch = f.epoch + 1, holder = excluded.holder, expires_at = excluded.expires_at
      WHERE f.expires_at <= clock_timestamp() OR f.holder = excluded.holder
    RETURNING f.epoch, f.expires_at;
END $$;

-- After a restore that may have lost writes, before any process starts: no revision and no epoch that somebody may have seen comes again.
-- Clients list anew, agents take the new sessions, and whoever held a fence in the lost time holds it no longer. Answers the number of clusters.
-- For the owner alone.
DROP FUNCTION storage.raise_revisions();
CREATE FUNCTION storage.after_restore() RETURNS bigint
LANGUAGE plpgsql SET search_path = storage, pg_temp AS $$
DECLARE
  v_clusters bigint;
BEGIN
  UPDATE heads SET revision = revision + 4294967296, volatile_reserved = volatile_reserved + 4294967296, incarnation = incarnation + 1;
  GET DIAGNOSTICS v_clusters = ROW_COUNT;
  DELETE FROM volatile_heads;
  UPDATE fences SET epoch = epoch + 4294967296, expires_at = '-infinity';
  RETURN v_clusters;
END $$;
REVOKE ALL ON FUNCTION storage.after_restore() FROM PUBLIC;
