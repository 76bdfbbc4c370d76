import { newClusterId } from '@kajitori/apimachinery';
import type { Attributes } from '@kajitori/authorization';
import { describe, expect, it } from 'vitest';
import { impersonated } from './impersonation.ts';

const sender = { name: 'bob', groups: ['system:authenticated'] };
const cluster = newClusterId();

/** Asks as bob, who may impersonate what `allowed` says; gives the user and each question that was asked. */
async function ask(rawHeaders: string[], allowed: (resource: NonNullable<Attributes['resource']>) => boolean = () => true) {
  const asked: Attributes['resource'][] = [];
  const authorize = async (_cluster: unknown, { resource }: Attributes) => {
    asked.push(resource);
    return { allowed: resource !== undefined && allowed(resource), reason: '' };
  };
  return { user: await impersonated(authorize, { cluster, user: sender, rawHeaders }), asked };
}

describe('impersonation', () => {
  it('leaves a request that asks for nobody as it is', async () => {
    expect(await ask(['Accept', 'application/json'])).toEqual({ user: sender, asked: [] });
  });

  it('makes the request another’s, with every part asked about', async () => {
    const { user, asked } = await ask([
      'Impersonate-User',
      'jane',
      'impersonate-group',
      'a, b',
      'Impersonate-Group',
      'dev',
      'Impersonate-Uid',
      'u1',
      'Impersonate-Extra-Acme.com%2Fproject',
      'x',
      'Impersonate-Extra-Acme.com%2Fproject',
      'y',
    ]);
    expect(user).toEqual({
      name: 'jane',
      uid: 'u1',
      groups: ['a, b', 'dev', 'system:authenticated'],
      extra: { 'acme.com/project': ['x', 'y'] },
    });
    expect(asked.map((one) => `${one?.group}/${one?.resource}/${one?.subresource} ${one?.name}`)).toEqual([
      '/users/ jane',
      '/groups/ a, b',
      '/groups/ dev',
      'authentication.k8s.io/userextras/acme.com/project x',
      'authentication.k8s.io/userextras/acme.com/project y',
      'authentication.k8s.io/uids/ u1',
    ]);
  });

  it('gives a ServiceAccount its groups, unless others are asked for', async () => {
    const { user, asked } = await ask(['Impersonate-User', 'system:serviceaccount:ns:robot']);
    expect(user.groups).toEqual(['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated']);
    expect(asked).toEqual([{ group: '', resource: 'serviceaccounts', subresource: '', namespace: 'ns', name: 'robot' }]);
    const chosen = await ask(['Impersonate-User', 'system:serviceaccount:ns:robot', 'Impersonate-Group', 'only']);
    expect(chosen.user.groups).toEqual(['only', 'system:authenticated']);
  });

  it('keeps a stranger a stranger', async () => {
    expect((await ask(['Impersonate-User', 'system:anonymous'])).user.groups).toEqual(['system:unauthenticated']);
  });

  it('refuses the first part that the sender may not, in Kubernetes’ words', async () => {
    const headers = ['Impersonate-User', 'jane', 'Impersonate-Group', 'system:masters'];
    await expect(ask(headers, () => false)).rejects.toThrow(
      'users "jane" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
    await expect(ask(headers, ({ resource }) => resource === 'users')).rejects.toThrow(
      'groups "system:masters" is forbidden: User "bob" cannot impersonate resource "groups" in API group "" at the cluster scope',
    );
  });

  it('refuses parts without a user', async () => {
    await expect(ask(['Impersonate-Group', 'dev'])).rejects.toMatchObject({
      code: 500,
      message: expect.stringContaining('without impersonating a user'),
    });
  });
});
