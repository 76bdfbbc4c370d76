-- The second wall around an organization: row-level security, bound to one organization by a setting that lives as long
-- as the transaction. A query that forgot to set it sees nothing. The role of the processes owns nothing here.
GRANT USAGE ON SCHEMA accounts TO kajitori_app;
GRANT USAGE ON SEQUENCE accounts.cluster_local_index TO kajitori_app;

CREATE FUNCTION accounts.current_organization() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('kajitori.organization', true);

DO $$
DECLARE
  walled text;
BEGIN
  FOREACH walled IN ARRAY ARRAY[
    'members', 'invitations', 'projects', 'clusters', 'api_keys', 'usage_records', 'audit_entries', 'join_tokens', 'node_credentials'
  ] LOOP
    EXECUTE format('ALTER TABLE accounts.%I ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format(
      'CREATE POLICY own_organization ON accounts.%I
         USING (organization_id = (SELECT accounts.current_organization()))
         WITH CHECK (organization_id = (SELECT accounts.current_organization()))', walled);
  END LOOP;
END $$;

ALTER TABLE accounts.organizations ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON accounts.organizations
  USING (id = (SELECT accounts.current_organization()))
  WITH CHECK (id = (SELECT accounts.current_organization()));

GRANT SELECT, INSERT, UPDATE ON
  accounts.organizations, accounts.invitations, accounts.projects, accounts.clusters, accounts.api_keys,
  accounts.usage_records, accounts.join_tokens, accounts.node_credentials
TO kajitori_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON
  accounts.members, accounts.users, accounts.sessions, accounts.credentials, accounts.verifications,
  accounts.idempotent_answers, accounts.attempts
TO kajitori_app;
-- What was audited stays as it was written.
GRANT SELECT, INSERT ON accounts.audit_entries TO kajitori_app;
-- Keys of a deleted cluster go; none changes.
GRANT SELECT, INSERT, DELETE ON accounts.platform_keys TO kajitori_app;

-- The doors in the wall: each answers one question that comes before the organization is known, and no more.
-- They run as the owner. What they are asked by is unguessable, or is the caller's own.

-- Which organization (and project) something belongs to.
CREATE FUNCTION accounts.locate_project(asked text)
RETURNS TABLE (organization_id text, project_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = accounts, pg_temp
BEGIN ATOMIC
  SELECT p.organization_id, p.id FROM accounts.projects p WHERE p.id = asked AND p.deleted_at IS NULL;
END;

CREATE FUNCTION accounts.locate_join_token(asked_hash text)
RETURNS TABLE (organization_id text, cluster_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = accounts, pg_temp
BEGIN ATOMIC
  SELECT t.organization_id, t.cluster_id FROM accounts.join_tokens t WHERE t.token_hash = asked_hash;
END;

CREATE FUNCTION accounts.locate_invitation(asked_hash text)
RETURNS TABLE (organization_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = accounts, pg_temp
BEGIN ATOMIC
  SELECT i.organization_id FROM accounts.invitations i WHERE i.token_hash = asked_hash;
END;

-- The processes serve clusters of all tenants: by id, and by the loopback address that was connected to.
CREATE FUNCTION accounts.find_cluster(asked_id text, asked_local_index integer)
RETURNS SETOF accounts.clusters
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = accounts, pg_temp
BEGIN ATOMIC
  SELECT * FROM accounts.clusters c WHERE c.id = asked_id
  UNION ALL
  SELECT * FROM accounts.clusters c WHERE c.local_index = asked_local_index;
END;

CREATE FUNCTION accounts.clusters_being_deleted(most integer)
RETURNS SETOF accounts.clusters
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = accounts, pg_temp
BEGIN ATOMIC
  SELECT * FROM accounts.clusters c
  WHERE c.deletion_requested_at IS NOT NULL AND c.deleted_at IS NULL
  ORDER BY c.deletion_requested_at LIMIT most;
END;

-- A live key, with what may lessen it: the membership of the person that it speaks for.
CREATE FUNCTION accounts.find_api_key(asked_hash text)
RETURNS TABLE (
  id text, organization_id text, project_id text, cluster_id text, role text, name text, expires_at timestamptz,
  user_id text, user_name text, user_email text, member_role text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = accounts, pg_temp
BEGIN ATOMIC
  SELECT k.id, k.organization_id, k.project_id, k.cluster_id, k.role, k.name, k.expires_at, k.user_id, u.name, u.email, m.role
  FROM accounts.api_keys k
  JOIN accounts.organizations o ON o.id = k.organization_id AND o.deleted_at IS NULL
  LEFT JOIN accounts.users u ON u.id = k.user_id
  LEFT JOIN accounts.members m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
  WHERE k.token_hash = asked_hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
    AND (k.user_id IS NULL OR m.role IS NOT NULL);
END;

CREATE FUNCTION accounts.touch_api_keys(used jsonb)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = accounts, pg_temp
BEGIN ATOMIC
  UPDATE accounts.api_keys k SET last_used_at = greatest(k.last_used_at, u.at)
  FROM jsonb_to_recordset(used) AS u (id text, at timestamptz) WHERE k.id = u.id;
END;

CREATE FUNCTION accounts.memberships_of(asked_user text)
RETURNS TABLE (organization_id text, organization_name text, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = accounts, pg_temp
BEGIN ATOMIC
  SELECT o.id, o.name, m.role FROM accounts.members m
  JOIN accounts.organizations o ON o.id = m.organization_id AND o.deleted_at IS NULL
  WHERE m.user_id = asked_user ORDER BY m.created_at, o.id;
END;

-- A live credential of a node whose cluster is live.
CREATE FUNCTION accounts.find_node_credential(asked_hash text)
RETURNS TABLE (id text, organization_id text, cluster_id text, node_name text, retires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = accounts, pg_temp
BEGIN ATOMIC
  SELECT n.id, n.organization_id, n.cluster_id, n.node_name, n.retires_at
  FROM accounts.node_credentials n
  JOIN accounts.clusters c ON c.id = n.cluster_id AND c.deletion_requested_at IS NULL
  WHERE n.credential_hash = asked_hash AND n.revoked_at IS NULL AND (n.retires_at IS NULL OR n.retires_at > now());
END;

-- Of these credentials, those that no longer open anything: a gateway asks for all its sessions at once.
CREATE FUNCTION accounts.dead_node_credentials(asked text[])
RETURNS TABLE (id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = accounts, pg_temp
BEGIN ATOMIC
  SELECT asked_id FROM unnest(asked) AS asked_id
  WHERE NOT EXISTS (
    SELECT FROM accounts.node_credentials n
    JOIN accounts.clusters c ON c.id = n.cluster_id AND c.deletion_requested_at IS NULL
    WHERE n.id = asked_id AND n.revoked_at IS NULL AND (n.retires_at IS NULL OR n.retires_at > now()));
END;

-- Functions are everyone's until said otherwise.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA accounts FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA accounts TO kajitori_app;
