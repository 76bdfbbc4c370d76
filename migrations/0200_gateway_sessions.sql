-- Which process holds the session of which node: how exec, logs and dials find their way. A row that nobody renews is as good as gone.
-- The fence `node/NAME` of storage makes old sessions harmless; this table only routes.
CREATE SCHEMA gateway;
GRANT USAGE ON SCHEMA gateway TO kajitori_app;

CREATE TABLE gateway.sessions (
  cluster text COLLATE "C" NOT NULL,
  node text COLLATE "C" NOT NULL,
  epoch bigint NOT NULL,
  instance text COLLATE "C" NOT NULL,
  -- Where the process takes streams from others: host:port.
  address text COLLATE "C" NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (cluster, node)
) WITH (fillfactor = 70);

ALTER TABLE gateway.sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_cluster ON gateway.sessions TO kajitori_app
  USING (cluster = (SELECT current_setting('kajitori.cluster', true)));
GRANT SELECT, DELETE ON gateway.sessions TO kajitori_app;

CREATE FUNCTION gateway.put_session(p_cluster text, p_node text, p_epoch bigint, p_instance text, p_address text, p_duration interval) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = gateway, pg_temp AS $$
  INSERT INTO sessions AS s (cluster, node, epoch, instance, address, expires_at)
  VALUES (p_cluster, p_node, p_epoch, p_instance, p_address, clock_timestamp() + p_duration)
  ON CONFLICT (cluster, node) DO UPDATE
    SET epoch = excluded.epoch, instance = excluded.instance, address = excluded.address, expires_at = excluded.expires_at
    WHERE s.epoch < excluded.epoch;
$$;

-- Renews what is still the caller's, in one call for all its clusters, and answers what another has taken over.
CREATE FUNCTION gateway.renew_sessions(p_sessions text, p_instance text, p_duration interval) RETURNS TABLE (cluster text, node text, epoch bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = gateway, pg_temp AS $$
  WITH asked AS MATERIALIZED (
    SELECT a.cluster, a.node, a.epoch FROM json_to_recordset(p_sessions::json) AS a (cluster text, node text, epoch bigint)
  ), renewed AS (
    UPDATE sessions s SET expires_at = clock_timestamp() + p_duration
    FROM asked a WHERE s.cluster = a.cluster AND s.node = a.node AND s.epoch = a.epoch AND s.instance = p_instance
  )
  SELECT a.cluster, a.node, a.epoch FROM asked a JOIN sessions s ON s.cluster = a.cluster AND s.node = a.node AND s.epoch > a.epoch;
$$;

-- Rows that expired long ago belong to nodes that are gone.
CREATE FUNCTION gateway.forget_sessions(p_age interval) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = gateway, pg_temp AS $$
  WITH gone AS (DELETE FROM sessions s WHERE s.expires_at < clock_timestamp() - p_age RETURNING 1) SELECT count(*) FROM gone;
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gateway FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  gateway.put_session(text, text, bigint, text, text, interval), gateway.renew_sessions(text, text, interval), gateway.forget_sessions(interval)
TO kajitori_app;
