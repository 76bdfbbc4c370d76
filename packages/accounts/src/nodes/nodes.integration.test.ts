import { type ClusterId, newSecretToken, secretTokenHash } from '@kajitori/apimachinery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountsFixture, accountsFixture, type Tenant } from '../../test/fixture.ts';
import type { Accounts } from '../accounts.ts';

let fixture: AccountsFixture;
let accounts: Accounts;
let tenant: Tenant;
let clusterId: ClusterId;
const newCredential = () => newSecretToken('nodeCredential');

beforeAll(async () => {
  fixture = await accountsFixture();
  accounts = fixture.accounts;
  tenant = await fixture.tenant();
  const { organization, project, actor } = tenant;
  clusterId = (await accounts.clusters.create(actor, { organizationId: organization.id, projectId: project.id, name: 'nodes' })).id;
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function newToken(limits: { maxUses?: number; lifeSeconds?: number } = {}): Promise<string> {
  return (await accounts.joinTokens.create(tenant.actor, { organizationId: tenant.organization.id, clusterId }, limits)).token;
}

const join = ({ token, nodeName, credential }: { token: string; nodeName: string; credential: string }) =>
  accounts.nodeIdentity.join({ token, nodeName, credentialHash: secretTokenHash(credential) }, 'test');

describe('joining', () => {
  it('gives a node its identity in the cluster of the token', async () => {
    const credential = newCredential();
    const joined = await join({ token: await newToken(), nodeName: 'first', credential });
    expect(joined).toMatchObject({ clusterId, nodeName: 'first', organizationId: tenant.organization.id });
    expect(await fixture.open().nodeIdentity.authenticate(credential)).toEqual(joined);
  });

  it('may be sent again when its answer was lost, and uses the token once', async () => {
    const request = { token: await newToken(), nodeName: 'again', credential: newCredential() };
    const joined = await join(request);
    expect(await join(request)).toEqual(joined);
    await expect(join({ ...request, nodeName: 'other', credential: newCredential() })).rejects.toMatchObject({ reason: 'unauthenticated' });
  });

  it('lets a token be checked without using it', async () => {
    const token = await newToken();
    expect(await accounts.nodeIdentity.checkJoinToken(token)).toEqual({ organizationId: tenant.organization.id, clusterId });
    await join({ token, nodeName: 'checked', credential: newCredential() });
    for (const spent of [token, newSecretToken('joinToken'), 'x'])
      expect(await accounts.nodeIdentity.checkJoinToken(spent)).toBeUndefined();
  });

  it('takes a token as often as it says, also at once', async () => {
    const token = await newToken({ maxUses: 3 });
    const joins = Array.from({ length: 8 }, (_, n) => join({ token, nodeName: `many-${n}`, credential: newCredential() }));
    const outcomes = await Promise.allSettled(joins);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it('refuses a name that another machine holds, and uses no token for that', async () => {
    await join({ token: await newToken(), nodeName: 'held', credential: newCredential() });
    const token = await newToken();
    await expect(join({ token, nodeName: 'held', credential: newCredential() })).rejects.toMatchObject({
      reason: 'conflict',
      field: 'nodeName',
    });
    await expect(join({ token, nodeName: 'free', credential: newCredential() })).resolves.toMatchObject({ nodeName: 'free' });
  });

  it('refuses expired, revoked, made-up and ill-formed tokens with one answer', async () => {
    const { organization, actor } = tenant;
    const revoked = await accounts.joinTokens.create(actor, { organizationId: organization.id, clusterId });
    await accounts.joinTokens.revoke(actor, organization.id, clusterId, revoked.joinToken.id);
    const brief = await newToken({ lifeSeconds: 0 });
    const messages = new Set<unknown>();
    for (const token of [revoked.token, brief, newSecretToken('joinToken'), 'nonsense', newCredential()]) {
      const refused = join({ token, nodeName: 'no', credential: newCredential() });
      await expect(refused).rejects.toMatchObject({ reason: 'unauthenticated' });
      messages.add(await refused.catch((error: Error) => error.message));
    }
    expect(messages.size).toBe(1);
  });

  it('refuses what is no node name', async () => {
    const request = { token: await newToken(), credential: newCredential() };
    await expect(join({ ...request, nodeName: 'Not_A_Name' })).rejects.toMatchObject({ reason: 'invalid', field: 'nodeName' });
    const inClear = accounts.nodeIdentity.join({ token: request.token, nodeName: 'name', credentialHash: request.credential }, 'test');
    await expect(inClear).rejects.toMatchObject({ field: 'credentialHash' });
  });
});

describe('credentials', () => {
  it('are rotated with an overlap, and all of them end at once when the node is removed', async () => {
    const [old, fresh] = [newCredential(), newCredential()];
    const joined = await join({ token: await newToken(), nodeName: 'rotating', credential: old });
    const rotated = await accounts.nodeIdentity.rotate(joined, secretTokenHash(fresh), 'test');
    expect(await accounts.nodeIdentity.rotate(joined, secretTokenHash(fresh), 'test')).toEqual(rotated);
    const elsewhere = fixture.open();
    expect(await elsewhere.nodeIdentity.authenticate(old)).toMatchObject({ nodeName: 'rotating' });
    expect(await elsewhere.nodeIdentity.authenticate(fresh)).toEqual(rotated);
    expect(await accounts.nodeIdentity.ended([joined.credentialId, rotated.credentialId])).toEqual([]);

    expect(await accounts.nodeIdentity.revoke(tenant.actor, tenant.organization.id, clusterId, 'rotating')).toBe(2);
    expect((await accounts.nodeIdentity.ended([joined.credentialId, rotated.credentialId])).sort()).toEqual(
      [joined.credentialId, rotated.credentialId].sort(),
    );
    const third = fixture.open();
    for (const credential of [old, fresh]) expect(await third.nodeIdentity.authenticate(credential)).toBeUndefined();
    await expect(join({ token: await newToken(), nodeName: 'rotating', credential: newCredential() })).resolves.toBeDefined();
  });

  it('end when their replacement is used, and not the other way round', async () => {
    const [old, fresh] = [newCredential(), newCredential()];
    const joined = await join({ token: await newToken(), nodeName: 'replaced', credential: old });
    const rotated = await accounts.nodeIdentity.rotate(joined, secretTokenHash(fresh), 'test');
    await accounts.nodeIdentity.endReplaced(joined);
    expect(await accounts.nodeIdentity.ended([joined.credentialId, rotated.credentialId])).toEqual([]);
    await accounts.nodeIdentity.endReplaced(rotated);
    expect(await accounts.nodeIdentity.ended([joined.credentialId, rotated.credentialId])).toEqual([joined.credentialId]);
  });

  it('of another tenant cannot be ended', async () => {
    const other = await fixture.tenant('globex');
    const credential = newCredential();
    await join({ token: await newToken(), nodeName: 'mine', credential });
    expect(await accounts.nodeIdentity.revoke(other.actor, other.organization.id, clusterId, 'mine')).toBe(0);
    expect(await fixture.open().nodeIdentity.authenticate(credential)).toBeDefined();
  });
});
