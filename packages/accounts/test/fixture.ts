import { randomBytes, randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@kajitori/testing';
import {
  type Accounts,
  type AccountsOptions,
  type Actor,
  type ClusterRows,
  openAccounts,
  type Organization,
  type Project,
  type User,
} from '../src/index.ts';

/** Accounts over a database of its own. */
export interface AccountsFixture extends AsyncDisposable {
  readonly accounts: Accounts;
  readonly database: TestDatabase;
  /** Another process on the same database. */
  open(options?: Partial<AccountsOptions>): Accounts;
  tenant(name?: string): Promise<Tenant>;
}

export interface Tenant {
  user: User;
  actor: Actor;
  organization: Organization;
  project: Project;
  /** Of the owner's session. */
  sessionToken: string;
  email: string;
  password: string;
}

export const password = 'correct horse battery staple';

export async function accountsFixture(): Promise<AccountsFixture> {
  const database = await testDatabase();
  const masterKey = randomBytes(32);
  const opened: Accounts[] = [];
  const open = (options: Partial<AccountsOptions> = {}): Accounts => {
    const accounts = openAccounts({
      databaseUrl: database.appUrl,
      masterKey,
      publicUrl: 'https://127.0.0.1:6443',
      endpoints: { type: 'local', port: 6443 },
      clusterRows,
      ...options,
    });
    opened.push(accounts);
    return accounts;
  };
  const accounts = open();
  return {
    accounts,
    database,
    open,
    tenant: (name = 'acme') => signUpTenant(accounts, name),
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((one) => one[Symbol.asyncDispose]()));
      await database[Symbol.asyncDispose]();
    },
  };
}

export function actorOf(user: User): Actor {
  return { id: user.id, name: user.email, requestId: randomUUID() };
}

/** Storage's functions, as its own clusterRows() calls them; accounts must not import a package of its level. */
const clusterRows: ClusterRows = {
  create: async (run, id) => void (await run`SELECT storage.create_cluster(${id}, 0, 200000, 2147483648)`),
  beginDeletion: async (run, id) => void (await run`SELECT storage.begin_cluster_deletion(${id})`),
};

let tenants = 0;

async function signUpTenant(accounts: Accounts, name: string): Promise<Tenant> {
  tenants += 1;
  const email = `owner${tenants}@${name}.example.com`;
  const { user, token } = await accounts.identity.signUp(
    { name: 'Owner', email, password },
    { address: `10.0.0.${tenants}`, userAgent: 'test' },
  );
  const actor = actorOf(user);
  const { organization, project } = await accounts.organizations.create(actor, { name, owner: user.id });
  return { user, actor, organization, project, sessionToken: token, email, password };
}
