import { index, integer, text } from 'drizzle-orm/pg-core';
import { accountsSchema, createdAt, id, instant } from './columns.ts';
import { inCluster } from './organizations.ts';

export const joinTokens = accountsSchema.table(
  'join_tokens',
  {
    id: id(),
    organizationId: text('organization_id').notNull(),
    clusterId: text('cluster_id').notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    tokenHint: text('token_hint').notNull(),
    maxUses: integer('max_uses').notNull(),
    uses: integer('uses').notNull().default(0),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (table) => [inCluster('join_tokens_of_cluster', table), index('join_tokens_cluster').on(table.clusterId, table.id)],
);

/** The secret of one node. The node draws it; only its hash is known here. */
export const nodeCredentials = accountsSchema.table(
  'node_credentials',
  {
    id: id(),
    organizationId: text('organization_id').notNull(),
    clusterId: text('cluster_id').notNull(),
    nodeName: text('node_name').notNull(),
    credentialHash: text('credential_hash').notNull().unique(),
    /** Absent for a credential that replaced another. */
    joinTokenId: text('join_token_id').references(() => joinTokens.id),
    createdAt: createdAt(),
    /** Set when a newer one was announced: until then both work. */
    retiresAt: instant('retires_at'),
    revokedAt: instant('revoked_at'),
  },
  (table) => [inCluster('node_credentials_of_cluster', table), index('node_credentials_node').on(table.clusterId, table.nodeName)],
);
