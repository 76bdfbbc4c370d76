-- The objects of all clusters. Every table is keyed by cluster first, so that it can be partitioned or distributed by cluster.
-- Text keys are COLLATE "C": byte order is the order of keys that the API promises, and the cheapest to compare.

CREATE SCHEMA storage;
GRANT USAGE ON SCHEMA storage TO kajitori_app;

-- One narrow row a cluster: the hottest row of the database. Half-empty pages keep its updates on the page (HOT).
CREATE TABLE storage.heads (
  cluster text COLLATE "C" PRIMARY KEY,
  revision bigint NOT NULL DEFAULT 1,
  objects bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  objects_max bigint NOT NULL,
  bytes_max bigint NOT NULL,
  incarnation integer NOT NULL DEFAULT 1,
  deleting boolean NOT NULL DEFAULT false,
  overlay_version integer NOT NULL DEFAULT 0,
  -- No revision of the volatile line above this one was ever given out, whatever a crash made of its tables.
  volatile_reserved bigint NOT NULL DEFAULT 1,
  born_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
CREATE INDEX heads_deleting ON storage.heads (cluster) WHERE deleting;

CREATE UNLOGGED TABLE storage.volatile_heads (
  cluster text COLLATE "C" PRIMARY KEY,
  revision bigint NOT NULL,
  reserved bigint NOT NULL,
  objects bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  objects_max bigint NOT NULL,
  bytes_max bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE storage.resources (
  cluster text COLLATE "C" NOT NULL,
  api_group text COLLATE "C" NOT NULL,
  resource text COLLATE "C" NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  uid text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  version text COLLATE "C" NOT NULL,
  schema_hash text COLLATE "C" NOT NULL,
  labels jsonb NOT NULL,
  fields jsonb NOT NULL,
  body text COLLATE "C" NOT NULL,
  PRIMARY KEY (cluster, api_group, resource, namespace, name)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

CREATE UNLOGGED TABLE storage.volatile_resources (LIKE storage.resources INCLUDING ALL)
  WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- The log is a ring of slots: one takes what is written, the others hold the last minutes, and the oldest is truncated whole.
-- See docs/adr/0010.
CREATE TABLE storage.slots (
  slot smallint PRIMARY KEY,
  opened_at timestamptz,
  closed_at timestamptz
);
INSERT INTO storage.slots (slot, opened_at) VALUES (0, clock_timestamp()), (1, NULL), (2, NULL), (3, NULL);

-- Read by every write, so it is one row on one page.
CREATE TABLE storage.open_slot (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  slot smallint NOT NULL REFERENCES storage.slots
) WITH (fillfactor = 10);
INSERT INTO storage.open_slot (slot) VALUES (0);

CREATE TABLE storage.changes (
  slot smallint NOT NULL,
  cluster text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  previous bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  api_group text COLLATE "C" NOT NULL,
  resource text COLLATE "C" NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  uid text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  schema_hash text COLLATE "C" NOT NULL,
  labels jsonb NOT NULL,
  fields jsonb NOT NULL,
  body text COLLATE "C" NOT NULL,
  -- Null for a create.
  before_revision bigint,
  before_version text COLLATE "C",
  before_schema_hash text COLLATE "C",
  before_labels jsonb,
  before_fields jsonb,
  before_body text COLLATE "C"
) PARTITION BY LIST (slot);
CREATE INDEX changes_order ON storage.changes (cluster, revision);

CREATE TABLE storage.volatile_changes (LIKE storage.changes INCLUDING DEFAULTS) PARTITION BY LIST (slot);
CREATE INDEX volatile_changes_order ON storage.volatile_changes (cluster, revision);

-- What a write call answered, by the id that its caller chose: how a caller whose connection died learns what happened.
CREATE TABLE storage.writes (
  slot smallint NOT NULL,
  cluster text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  outcome text NOT NULL
) PARTITION BY LIST (slot);
CREATE INDEX writes_id ON storage.writes (cluster, id);

CREATE TABLE storage.volatile_writes (LIKE storage.writes) PARTITION BY LIST (slot);
CREATE INDEX volatile_writes_id ON storage.volatile_writes (cluster, id);

-- Append-only and truncated whole: there is nothing to vacuum, and no plan depends on statistics.
DO $$
DECLARE
  line record;
BEGIN
  FOR line IN SELECT slot, prefix, kind FROM storage.slots, (VALUES ('', ''), ('volatile_', 'UNLOGGED')) lines (prefix, kind) LOOP
    EXECUTE format('CREATE %2$s TABLE storage.%1$schanges_%3$s PARTITION OF storage.%1$schanges FOR VALUES IN (%3$s)
      WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false)', line.prefix, line.kind, line.slot);
    EXECUTE format('CREATE %2$s TABLE storage.%1$swrites_%3$s PARTITION OF storage.%1$swrites FOR VALUES IN (%3$s)
      WITH (autovacuum_enabled = false)', line.prefix, line.kind, line.slot);
  END LOOP;
END $$;

-- A write that its caller gave up: it may still be on its way, and must find this when it arrives.
CREATE TABLE storage.abandoned_writes (
  cluster text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (cluster, id)
);

-- Leases with epochs: a holder proves its epoch in the call that writes. Rows outlive their holders, so an epoch is never given twice.
CREATE TABLE storage.fences (
  cluster text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  epoch bigint NOT NULL,
  holder text COLLATE "C" NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (cluster, name)
) WITH (fillfactor = 70);

-- How far each consumer of the log has come in each cluster.
CREATE TABLE storage.consumers (
  name text COLLATE "C" PRIMARY KEY
);
CREATE TABLE storage.cursors (
  cluster text COLLATE "C" NOT NULL,
  consumer text COLLATE "C" NOT NULL REFERENCES storage.consumers,
  revision bigint NOT NULL,
  PRIMARY KEY (cluster, consumer)
) WITH (fillfactor = 70);

-- Every instant at which something has to be looked at again. Redis only rings.
CREATE TABLE storage.wakeups (
  cluster text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  -- The next instant that nobody has taken yet, if there is one.
  due_at timestamptz,
  -- The instant that somebody took and has not yet deleted, and when it rings again.
  taken_due_at timestamptz,
  retry_at timestamptz,
  rings_at timestamptz NOT NULL GENERATED ALWAYS AS (least(due_at, retry_at)) STORED,
  PRIMARY KEY (cluster, key)
) WITH (fillfactor = 80);
CREATE INDEX wakeups_rings ON storage.wakeups (rings_at);

-- One row for each instant at which a CronJob was due: dedupe key, history and source of alerts.
CREATE TABLE storage.occurrences (
  cluster text COLLATE "C" NOT NULL,
  cron_job_uid text COLLATE "C" NOT NULL,
  scheduled_at timestamptz NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('scheduled', 'started', 'skipped', 'missed')),
  -- Why it was skipped or missed; the Job's name once started.
  detail text NOT NULL DEFAULT '',
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (cluster, cron_job_uid, scheduled_at)
);

-- Data keys of sealed bodies, wrapped by a master key that is not in this database.
CREATE TABLE storage.data_keys (
  cluster text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  wrapped text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (cluster, number)
);

-- The second wall: a transaction sees the cluster that it is bound to, and nothing when it is bound to none.
-- The sub-select is evaluated once a statement instead of once a row.
DO $$
DECLARE
  walled text;
BEGIN
  FOREACH walled IN ARRAY ARRAY['heads', 'volatile_heads', 'resources', 'volatile_resources', 'changes', 'volatile_changes', 'writes',
      'volatile_writes', 'abandoned_writes', 'fences', 'cursors', 'wakeups', 'occurrences', 'data_keys'] LOOP
    EXECUTE format('ALTER TABLE storage.%I ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('CREATE POLICY one_cluster ON storage.%I TO kajitori_app
      USING (cluster = (SELECT current_setting(''kajitori.cluster'', true)))', walled);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON storage.%I TO kajitori_app', walled);
  END LOOP;
END $$;
GRANT SELECT ON storage.open_slot TO kajitori_app;
-- Clusters are made and unmade by functions alone; the log only grows.
REVOKE INSERT, DELETE ON storage.heads FROM kajitori_app;
REVOKE UPDATE, DELETE ON storage.changes, storage.volatile_changes, storage.writes, storage.volatile_writes FROM kajitori_app;
