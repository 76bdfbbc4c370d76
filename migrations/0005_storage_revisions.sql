-- Which objects a resource has and at which revision each was last written, without their bodies: whoever keeps something made from
-- them learns by it what to read again.
CREATE FUNCTION storage.durable_revisions(p_cluster text, p_group text, p_resource text)
RETURNS TABLE (namespace text, name text, revision bigint)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('kajitori.cluster', p_cluster, true);
  RETURN QUERY SELECT r.namespace, r.name, r.revision FROM storage.resources r
    WHERE r.cluster = p_cluster AND r.api_group = p_group AND r.resource = p_resource;
END $$;

REVOKE ALL ON FUNCTION storage.durable_revisions(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.durable_revisions(text, text, text) TO kajitori_app;
