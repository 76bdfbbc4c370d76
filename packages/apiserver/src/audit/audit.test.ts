import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AuditPolicyRule } from '@kajitori/policies';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { audited } from '../testing/audited-api.testing.ts';
import { configMap } from '../testing/memory-api.testing.ts';

const aliceGroups = ['system:masters', 'system:authenticated'];

const configMaps = '/api/v1/namespaces/default/configmaps';

describe('an event', () => {
  it('tells who did what to which object, and nothing of bodies at the level Metadata', async () => {
    const api = await audited();
    const answer = await api.send('POST', `${configMaps}?fieldManager=me`, configMap('a', { key: 'value' }));
    const [row, ...others] = await api.rows();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ username: 'alice', verb: 'create', resource: 'configmaps', namespace: 'default', name: 'a' });
    expect(row?.event).toEqual({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: answer.headers.get('audit-id'),
      stage: 'ResponseComplete',
      requestURI: `${configMaps}?fieldManager=me`,
      verb: 'create',
      user: { username: 'alice', groups: aliceGroups },
      sourceIPs: [expect.stringContaining('127.0.0.1')],
      userAgent: 'test',
      objectRef: { resource: 'configmaps', namespace: 'default', name: 'a', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 201 },
      requestReceivedTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      stageTimestamp: expect.stringMatching(/Z$/),
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    });
  });

  it('holds the request’s body from Request on, the answer’s at RequestResponse, without managed fields where they are omitted', async () => {
    const api = await audited(
      { level: 'Request', verbs: ['create'] },
      { level: 'RequestResponse', verbs: ['get'], omitManagedFields: true },
      { level: 'RequestResponse' },
    );
    await api.send('POST', configMaps, configMap('a', { key: 'value' }));
    await api.send('GET', `${configMaps}/a`);
    await api.send('PUT', `${configMaps}/a`, configMap('a', { key: 'x'.repeat(200_000) }));
    const [created, got, updated] = (await api.rows()).map(({ event }) => event);
    expect(created).toMatchObject({ level: 'Request', requestObject: { kind: 'ConfigMap', data: { key: 'value' } } });
    expect(created).not.toHaveProperty('responseObject');
    expect(got).toMatchObject({ level: 'RequestResponse', responseObject: { kind: 'ConfigMap', data: { key: 'value' } } });
    expect(got).not.toHaveProperty('requestObject');
    expect(got).not.toHaveProperty('responseObject.metadata.managedFields');
    expect(updated).toMatchObject({ responseStatus: { code: 200 }, annotations: { 'audit.k8s.io/truncated': 'true' } });
    expect(JSON.stringify(updated).length).toBeLessThan(10_000);
  });

  it('says of a long list, which goes out in pieces, that it holds nothing of it', async () => {
    const api = await audited({ level: 'RequestResponse', verbs: ['list'] });
    for (let number = 0; number < 12; number += 1)
      await api.send('POST', configMaps, configMap(`long-${number}`, { key: 'x'.repeat(100_000) }));
    await api.send('GET', configMaps);
    const listed = (await api.rows()).map(({ event }) => event).find(({ verb }) => verb === 'list');
    expect(listed).toMatchObject({ responseStatus: { code: 200 }, annotations: { 'audit.k8s.io/truncated': 'true' } });
    expect(listed).not.toHaveProperty('responseObject');
  });

  it('never holds a Secret or a token, whatever the policy says', async () => {
    const api = await audited({ level: 'RequestResponse' });
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { key: 'very-secret' } };
    await api.send('POST', '/api/v1/namespaces/default/secrets', secret);
    await api.send('GET', '/api/v1/namespaces/default/secrets');
    await api.send('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['https://very-secret'] },
    });
    await api.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: 'very-secret' },
    });
    const rows = await api.rows();
    expect(rows.map(({ event }) => event['level'])).toEqual(['Metadata', 'Metadata', 'Metadata', 'Metadata']);
    const text = JSON.stringify(rows);
    for (const hidden of ['very-secret', Buffer.from('very-secret').toString('base64'), 'requestObject', 'responseObject']) {
      expect(text).not.toContain(hidden);
    }
  });

  it('of a refusal says what was answered', async () => {
    const api = await audited();
    await api.send('PUT', `${configMaps}/none`, configMap('none'));
    const [row] = await api.rows();
    expect(row?.event).toMatchObject({ responseStatus: { status: 'Failure', reason: 'NotFound', code: 404 } });
  });

  it('names both who sent it and who they acted as', async () => {
    const api = await audited();
    await api.send('POST', configMaps, configMap('a'), { 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' });
    const [row] = await api.rows();
    expect(row).toMatchObject({ username: 'alice' });
    expect(row?.event).toMatchObject({
      user: { username: 'alice' },
      impersonatedUser: { username: 'bob', groups: ['system:masters', 'system:authenticated'] },
    });
  });

  it('is made of a refused impersonation: by whom it was tried, and nobody else', async () => {
    const api = await audited({ level: 'Metadata', users: ['bob'] });
    const answer = await api.send('GET', configMaps, undefined, { authorization: 'Bearer bob', 'impersonate-user': 'alice' });
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}${configMaps}?watch=true`, {
      headers: { authorization: 'Bearer bob', 'impersonate-user': 'alice' },
    });
    socket.on('error', () => undefined);
    const [, refused] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    socket.terminate();
    const message = 'users "alice" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope';
    const refusal = { code: 403, status: 'Failure', reason: 'Forbidden' };
    const rows = await api.rows();
    expect(rows.map(({ username }) => username)).toEqual(['bob', 'bob']);
    const [list, watch] = rows.map(({ event }) => event);
    expect(list).toMatchObject({
      auditID: answer.headers.get('audit-id'),
      verb: 'list',
      user: { username: 'bob', groups: ['system:authenticated'] },
      objectRef: { resource: 'configmaps' },
      responseStatus: { ...refusal, message },
    });
    expect(watch).toMatchObject({ auditID: refused.headers['audit-id'], verb: 'watch', responseStatus: { code: 403 } });
    for (const event of [list, watch]) {
      expect(event).not.toHaveProperty('impersonatedUser');
      expect(event).not.toHaveProperty('annotations');
    }
  });

  it('is kept as the rules for its sender say, whoever it acts as', async () => {
    const api = await audited({ level: 'None', users: ['bob'] }, { level: 'Metadata', users: ['alice'] });
    await api.send('GET', configMaps, undefined, { 'impersonate-user': 'bob' });
    expect((await api.rows()).map(({ event }) => event['impersonatedUser'])).toEqual([
      { username: 'bob', groups: ['system:authenticated'] },
    ]);
  });

  it('has the sender’s Audit-Id, when it has the form of one', async () => {
    const api = await audited();
    const given = await api.send('POST', configMaps, configMap('a'), { 'audit-id': 'my-own-id' });
    const odd = await api.send('POST', configMaps, configMap('b'), { 'audit-id': 'not an id' });
    expect(given.headers.get('audit-id')).toBe('my-own-id');
    expect(odd.headers.get('audit-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await api.rows()).map(({ event }) => event['auditID'])).toEqual(['my-own-id', odd.headers.get('audit-id')]);
  });

  it('is of both stages for a watch, but for those that the policy omits', async () => {
    const stages = async (rule: Partial<AuditPolicyRule>): Promise<unknown[]> => {
      const api = await audited({ level: 'Metadata', ...rule });
      await (await api.send('GET', `${configMaps}?watch=true&timeoutSeconds=1`)).text();
      return (await api.rows()).map(({ event }) => event['stage']);
    };
    expect(await stages({})).toEqual(['ResponseStarted', 'ResponseComplete']);
    expect(await stages({ omitStages: ['ResponseStarted'] })).toEqual(['ResponseComplete']);
  });

  it('is made of a stream too: that it began and ended, or why it was refused', async () => {
    const api = await audited({ level: 'Metadata' });
    const ended = async (path: string): Promise<string> => {
      const socket = new WebSocket(`${api.url.replace('http', 'ws')}${path}`, { headers: { authorization: 'Bearer alice' } });
      socket.once('open', () => socket.close());
      socket.on('error', () => undefined);
      const refused = once(socket, 'unexpected-response').then(([, answer]) => String((answer as IncomingMessage).headers['audit-id']));
      const said = await Promise.race([refused, once(socket, 'close').then(() => 'closed')]);
      socket.terminate();
      return said;
    };
    expect(await ended(`${configMaps}?watch=true`)).toBe('closed');
    const refusal = await ended('/api/v1/namespaces/default/pods/none/exec?command=ls&stdout=true');
    const told = (await api.rows()).map(({ resource, event }) => [resource, event['stage'], event['responseStatus']]);
    expect(told).toEqual([
      ['configmaps', 'ResponseStarted', { metadata: {}, code: 101 }],
      ['configmaps', 'ResponseComplete', { metadata: {}, code: 101 }],
      ['pods/exec', 'ResponseComplete', { metadata: {}, code: 404 }],
    ]);
    expect(refusal).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is not made of what the policy does not keep, nor of strangers', async () => {
    const api = await audited();
    await api.send('GET', configMaps);
    await api.send('GET', '/version');
    const stranger = await api.send('POST', configMaps, configMap('a'), { authorization: 'Bearer nobody' });
    expect(stranger.status).toBe(401);
    expect(stranger.headers.get('audit-id')).not.toBeNull();
    expect(await api.rows()).toEqual([]);
  });
});
