-- The clock is read once: a volatile function in the condition cannot be looked up in the index, and all wake-ups that are not due would be
-- read each time.
CREATE OR REPLACE FUNCTION storage.take_due_wakeups(p_limit integer, p_retry interval)
RETURNS TABLE (cluster text, key text, due_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = storage, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := clock_timestamp();
BEGIN
  -- By row address, so that no plan can lead with the whole table.
  RETURN QUERY UPDATE wakeups w
    SET taken_due_at = least(w.taken_due_at, CASE WHEN w.due_at <= v_now THEN w.due_at END),
      due_at = CASE WHEN w.due_at > v_now THEN w.due_at END,
      retry_at = v_now + p_retry
    WHERE w.ctid = ANY (ARRAY(
      SELECT d.ctid FROM wakeups d WHERE d.rings_at <= v_now ORDER BY d.rings_at LIMIT p_limit FOR UPDATE SKIP LOCKED))
    RETURNING w.cluster, w.key, w.taken_due_at;
END $$;
