-- The audit logs of clusters: what requests to a cluster's API its policy kept. Apart from accounts.audit_entries, which are the deeds of an
-- account. Rows are only ever added by the processes; functions take away what is old or too much.
CREATE SCHEMA audit;
GRANT USAGE ON SCHEMA audit TO kajitori_app;

CREATE TABLE audit.events (
  cluster text COLLATE "C" NOT NULL,
  at timestamptz(3) NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  username text NOT NULL,
  verb text NOT NULL,
  resource text NOT NULL,
  namespace text NOT NULL,
  name text NOT NULL,
  bytes integer NOT NULL,
  -- The text as it was sent: it is handed on, never searched.
  event json NOT NULL,
  PRIMARY KEY (cluster, at, id)
);
-- Finds what is old in all clusters, for next to nothing on each write: rows come in the order of time.
CREATE INDEX events_age ON audit.events USING brin (at);

-- How much a cluster's log holds, so that nobody has to count it.
CREATE TABLE audit.sizes (
  cluster text COLLATE "C" PRIMARY KEY,
  bytes bigint NOT NULL
);

-- A cluster without a row goes by the default policy.
CREATE TABLE audit.policies (
  cluster text COLLATE "C" PRIMARY KEY,
  policy json NOT NULL,
  changed_at timestamptz(3) NOT NULL DEFAULT now()
);

DO $$
DECLARE
  walled text;
BEGIN
  FOREACH walled IN ARRAY ARRAY['events', 'sizes', 'policies'] LOOP
    EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('CREATE POLICY one_cluster ON audit.%I TO kajitori_app
      USING (cluster = (SELECT current_setting(''kajitori.cluster'', true)))', walled);
  END LOOP;
END $$;
GRANT SELECT ON audit.events TO kajitori_app;
GRANT SELECT, INSERT, UPDATE ON audit.policies TO kajitori_app;

-- The doors: a batch is of many clusters, and the policy is asked for with each first request.
CREATE FUNCTION audit.append(batch json)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = audit, pg_temp
BEGIN ATOMIC
  WITH added AS (
    INSERT INTO audit.events (cluster, at, username, verb, resource, namespace, name, bytes, event)
    SELECT e.cluster, e.at, e.username, e.verb, e.resource, e.namespace, e.name, octet_length(e.event::text), e.event
    FROM json_to_recordset(batch) AS e (
      cluster text, at timestamptz, username text, verb text, resource text, namespace text, name text, event json)
    RETURNING cluster, bytes
  )
  INSERT INTO audit.sizes (cluster, bytes)
  -- In order, so that two batches never wait for each other.
  SELECT cluster, sum(bytes) FROM added GROUP BY cluster ORDER BY cluster
  ON CONFLICT (cluster) DO UPDATE SET bytes = sizes.bytes + excluded.bytes;
END;

CREATE FUNCTION audit.find_policy(asked text)
RETURNS TABLE (policy json)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = audit, pg_temp
BEGIN ATOMIC
  SELECT p.policy FROM audit.policies p WHERE p.cluster = asked;
END;

-- Removes what is older than `keep`, and the oldest of logs that are larger than `bytes_max`: at most `most` rows of each, for there is
-- another time.
CREATE FUNCTION audit.prune(keep interval, bytes_max bigint, most integer)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = audit, pg_temp
AS $$
DECLARE
  large record;
BEGIN
  WITH gone AS (
    DELETE FROM audit.events e
    USING (SELECT o.cluster, o.at, o.id FROM audit.events o WHERE o.at < now() - keep LIMIT most) AS old
    WHERE e.cluster = old.cluster AND e.at = old.at AND e.id = old.id
    RETURNING e.cluster, e.bytes
  )
  UPDATE audit.sizes s SET bytes = s.bytes - g.bytes
  FROM (SELECT cluster, sum(bytes) AS bytes FROM gone GROUP BY cluster) AS g WHERE s.cluster = g.cluster;

  FOR large IN SELECT s.cluster, s.bytes - bytes_max AS excess FROM audit.sizes s WHERE s.bytes > bytes_max ORDER BY s.cluster LIMIT 100 LOOP
    WITH gone AS (
      DELETE FROM audit.events e
      USING (
        SELECT o.at, o.id, sum(o.bytes) OVER (ORDER BY o.at, o.id) - o.bytes AS before
        FROM (SELECT at, id, bytes FROM audit.events WHERE cluster = large.cluster ORDER BY at, id LIMIT most) AS o
      ) AS old
      WHERE e.cluster = large.cluster AND e.at = old.at AND e.id = old.id AND old.before < large.excess
      RETURNING e.bytes
    )
    UPDATE audit.sizes s SET bytes = s.bytes - (SELECT coalesce(sum(bytes), 0) FROM gone) WHERE s.cluster = large.cluster;
  END LOOP;
END $$;

-- A cluster has ended.
CREATE FUNCTION audit.forget(asked text)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = audit, pg_temp
BEGIN ATOMIC
  DELETE FROM audit.events WHERE cluster = asked;
  DELETE FROM audit.sizes WHERE cluster = asked;
  DELETE FROM audit.policies WHERE cluster = asked;
END;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA audit TO kajitori_app;
