import type { Accounts } from './accounts.ts';
import { isAccountsError } from './accounts-error.ts';
import type { ClusterRecord } from './clusters/clusters.ts';
import { systemActor } from './deed.ts';
import type { User } from './identity/identity.ts';
import { firstProjectName, type Organization, type Project } from './organizations/organizations.ts';

export interface FirstOrganizationOptions {
  email: string;
  /** Chosen and kept by the caller before, so that a crash in between loses nothing; only used when there is no such user. */
  password: string;
  organizationName: string;
  clusterName: string;
  /** A key of an earlier run: given back when it still works, else a new one is made. */
  apiKey?: string;
}

export interface FirstOrganization {
  user: User;
  organization: Organization;
  project: Project;
  cluster: ClusterRecord;
  /** An owner's key for the whole organization, speaking for the user. */
  apiKey: string;
}

const here = { address: '127.0.0.1', userAgent: 'kajitori set-up' };

/** What a fresh installation begins with. May be run again at any time: it makes what is missing and keeps the rest. */
export async function setUpFirstOrganization(accounts: Accounts, options: FirstOrganizationOptions): Promise<FirstOrganization> {
  const user = await findOrSignUp(accounts, options);
  const organization = await findOrCreateOrganization(accounts, user, options.organizationName);
  const project = await findOrCreateProject(accounts, organization);
  const cluster = await findOrCreateCluster(accounts, project, options.clusterName);
  return { user, organization, project, cluster, apiKey: await workingKey(accounts, { user, organization, known: options.apiKey }) };
}

async function findOrSignUp({ identity }: Accounts, { email, password }: FirstOrganizationOptions): Promise<User> {
  const known = await identity.findUser(email);
  return known ?? (await identity.signUp({ name: email.slice(0, email.indexOf('@')), email, password }, here)).user;
}

async function findOrCreateOrganization({ authentication, organizations }: Accounts, user: User, name: string): Promise<Organization> {
  const [first] = await authentication.memberships(user.id);
  const known = first === undefined ? undefined : await organizations.get(first.organizationId);
  if (known !== undefined) return known;
  const { organization } = await organizations.create(systemActor(), { name, owner: user.id });
  authentication.forgetMemberships(user.id);
  return organization;
}

async function findOrCreateProject({ organizations }: Accounts, { id }: Organization): Promise<Project> {
  const { items } = await organizations.listProjects(id, { limit: 1 });
  return items[0] ?? (await organizations.createProject(systemActor(), id, firstProjectName));
}

async function findOrCreateCluster(
  { clusters }: Accounts,
  { id: projectId, organizationId }: Project,
  name: string,
): Promise<ClusterRecord> {
  const find = async () => {
    const { items } = await clusters.list(organizationId, { projectId, name });
    return items.find((one) => one.deletionRequestedAt === undefined);
  };
  const known = await find();
  if (known !== undefined) return known;
  try {
    return await clusters.create(systemActor(), { organizationId, projectId, name });
  } catch (error) {
    const made = isAccountsError(error, 'conflict') ? await find() : undefined;
    if (made === undefined) throw error;
    return made;
  }
}

async function workingKey(
  { authentication, keys }: Accounts,
  { user, organization, known }: { user: User; organization: Organization; known: string | undefined },
): Promise<string> {
  const principal = known === undefined ? undefined : await authentication.authenticateKey(known);
  if (known !== undefined && principal?.scope.organizationId === organization.id) return known;
  const { token } = await keys.create(systemActor(), {
    name: 'first key',
    role: 'owner',
    scope: { type: 'organization', organizationId: organization.id },
    userId: user.id,
  });
  return token;
}
