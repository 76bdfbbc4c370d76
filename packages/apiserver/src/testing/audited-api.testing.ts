import { type AuditPolicyRule, defaultAuditPolicy } from '@kajitori/policies';
import type { AuditRow } from '../audit/audit-store.ts';
import { apiOverHttp } from './api-over-http.testing.ts';
import { type MemoryApi, memoryApi } from './memory-api.testing.ts';

const users = {
  alice: { name: 'alice', groups: ['system:masters', 'system:authenticated'] },
  bob: { name: 'bob', groups: ['system:authenticated'] },
};

/** An API over HTTP whose events are kept. */
export interface Audited extends AsyncDisposable {
  world: MemoryApi;
  url: string;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Ends the server, which writes what waits. */
  rows(): Promise<AuditRow[]>;
}

/** Tokens are the names of users: alice may do anything, bob nothing. Without rules, the default policy holds. */
export async function audited(...rules: AuditPolicyRule[]): Promise<Audited> {
  const rows: AuditRow[] = [];
  const audit = {
    policyOf: async () => (rules.length === 0 ? undefined : { ...defaultAuditPolicy, rules }),
    append: async (batch: readonly AuditRow[]) => void rows.push(...batch),
  };
  const world = await memoryApi({ audit, egress: 'private', authenticateToken: async (_, token) => users[token as keyof typeof users] });
  const http = await apiOverHttp(world);
  return {
    world,
    url: http.url,
    send: (method, path, body, headers = {}) =>
      fetch(`${http.url}${path}`, {
        method,
        headers: { authorization: 'Bearer alice', 'content-type': 'application/json', 'user-agent': 'test', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async rows() {
      await http[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      return rows;
    },
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}
