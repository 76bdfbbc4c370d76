import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { accountsSchema, bytes, createdAt, id, instant } from './columns.ts';
import { users } from './identity.ts';

export const roleValues = ['owner', 'admin', 'member', 'viewer'] as const;

export const organizations = accountsSchema.table('organizations', {
  id: id(),
  name: text('name').notNull(),
  createdAt: createdAt(),
  deletedAt: instant('deleted_at'),
});

const organizationId = () =>
  text('organization_id')
    .notNull()
    .references(() => organizations.id);

const inProject = (name: string, table: { organizationId: AnyPgColumn; projectId: AnyPgColumn }) =>
  foreignKey({ name, columns: [table.organizationId, table.projectId], foreignColumns: [projects.organizationId, projects.id] });

/** Binds a row to a cluster of its own organization: a row that names another's cannot be written. */
export const inCluster = (name: string, table: { organizationId: AnyPgColumn; clusterId: AnyPgColumn }) =>
  foreignKey({ name, columns: [table.organizationId, table.clusterId], foreignColumns: [clusters.organizationId, clusters.id] });

export const members = accountsSchema.table(
  'members',
  {
    organizationId: organizationId(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role', { enum: roleValues }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.userId] }), index('members_user').on(table.userId)],
);

export const invitations = accountsSchema.table(
  'invitations',
  {
    id: id(),
    organizationId: organizationId(),
    email: text('email').notNull(),
    role: text('role', { enum: roleValues }).notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    acceptedAt: instant('accepted_at'),
    revokedAt: instant('revoked_at'),
  },
  (table) => [index('invitations_organization').on(table.organizationId, table.id)],
);

export const projects = accountsSchema.table(
  'projects',
  {
    id: id(),
    organizationId: organizationId(),
    name: text('name').notNull(),
    createdAt: createdAt(),
    deletedAt: instant('deleted_at'),
  },
  (table) => [
    unique('projects_in_organization').on(table.organizationId, table.id),
    uniqueIndex('projects_name')
      .on(table.organizationId, table.name)
      .where(sql`${table.deletedAt} IS NULL`),
  ],
);

export const clusterLocalIndex = accountsSchema.sequence('cluster_local_index', { startWith: 1, minValue: 1 });

export const clusters = accountsSchema.table(
  'clusters',
  {
    id: id(),
    organizationId: organizationId(),
    projectId: text('project_id').notNull(),
    name: text('name').notNull(),
    /** Names the loopback address that this cluster answers at (clusters/local-address.ts). Never used twice. */
    localIndex: integer('local_index')
      .notNull()
      .unique()
      .default(sql`nextval('accounts.cluster_local_index')`),
    /** What happens to StatefulSet pods of a node that has lost the control plane. */
    fencing: text('fencing', { enum: ['none', 'stop'] })
      .notNull()
      .default('none'),
    createdAt: createdAt(),
    /** From here on nobody can use it; its objects are being removed. */
    deletionRequestedAt: instant('deletion_requested_at'),
    /** All its objects are gone. */
    deletedAt: instant('deleted_at'),
  },
  (table) => [
    inProject('clusters_project', table),
    unique('clusters_in_organization').on(table.organizationId, table.id),
    uniqueIndex('clusters_name')
      .on(table.projectId, table.name)
      .where(sql`${table.deletionRequestedAt} IS NULL`),
    index('clusters_being_deleted')
      .on(table.deletionRequestedAt)
      .where(sql`${table.deletionRequestedAt} IS NOT NULL AND ${table.deletedAt} IS NULL`),
  ],
);

/** A key reaches an organization, one of its projects, or one cluster: the narrowest id that is given. */
export const apiKeys = accountsSchema.table(
  'api_keys',
  {
    id: id(),
    organizationId: organizationId(),
    projectId: text('project_id'),
    clusterId: text('cluster_id'),
    /** Set when the key speaks for a person: it then never exceeds, nor outlives, the membership. */
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    role: text('role', { enum: roleValues }).notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    tokenHint: text('token_hint').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    inProject('api_keys_project', table),
    inCluster('api_keys_cluster', table),
    check('api_keys_one_scope', sql`${table.projectId} IS NULL OR ${table.clusterId} IS NULL`),
    index('api_keys_organization').on(table.organizationId, table.id),
    index('api_keys_of_cluster').on(table.clusterId),
    index('api_keys_of_user').on(table.userId),
  ],
);

export const usageRecords = accountsSchema.table(
  'usage_records',
  {
    organizationId: organizationId(),
    clusterId: text('cluster_id').notNull(),
    /** `cpu_core_seconds`, `memory_gib_seconds`, `node_seconds`, … units last. */
    metric: text('metric').notNull(),
    /** The full hour that the quantity was used in. */
    hour: instant('hour').notNull(),
    quantity: numeric('quantity', { mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.clusterId, table.metric, table.hour] }),
    inCluster('usage_records_cluster', table),
  ],
);

/** Who did what to the account; written by the same transaction as the deed, and never changed. */
export const auditEntries = accountsSchema.table(
  'audit_entries',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    organizationId: organizationId(),
    at: instant('at').notNull().defaultNow(),
    /** A user, a key, or `system`. */
    actor: text('actor').notNull(),
    actorName: text('actor_name').notNull(),
    /** `clusters.create`, `members.remove`, … */
    action: text('action').notNull(),
    targetId: text('target_id').notNull(),
    targetName: text('target_name').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    requestId: text('request_id').notNull(),
  },
  (table) => [index('audit_entries_organization').on(table.organizationId, table.id)],
);

/** What a creation answered, so that the same request sent again creates nothing and gets the same answer. */
export const idempotentAnswers = accountsSchema.table(
  'idempotent_answers',
  {
    actor: text('actor').notNull(),
    key: text('key').notNull(),
    /** Of method, path and body: the same key with another request is a mistake. */
    requestHash: text('request_hash').notNull(),
    /** Sealed, for it may hold a new secret. */
    answer: bytes('answer').notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.actor, table.key] }), index('idempotent_answers_age').on(table.createdAt)],
);
