import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { mergeKubeconfig } from './kubeconfig-merge.ts';

const issued = (server: string, token = 't') => `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "${server}"}}]
users: [{name: u, user: {token: ${token}}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
`;

it('keeps what others wrote', () => {
  const existing = 'clusters:\n- name: mine\n  cluster: {server: https://mine}\npreferences: {colors: true}\nusers: null\n';
  const { text, context } = mergeKubeconfig(existing, issued('https://a'), 'id');
  expect(context).toBe('c');
  expect(parse(text)).toMatchObject({ preferences: { colors: true }, clusters: [{ name: 'mine' }, { name: 'c' }], users: [{ name: 'u' }] });
});

it('replaces entries of the same server, and never another’s', () => {
  const first = mergeKubeconfig('', issued('https://a'), 'one').text;
  const renewed = parse(mergeKubeconfig(first, issued('https://a', 'newer'), 'one').text) as { users: unknown[] };
  expect(renewed.users).toEqual([{ name: 'u', user: { token: 'newer' } }]);
  const { text, context } = mergeKubeconfig(first, issued('https://b'), 'two');
  expect(context).toBe('c_two');
  expect(parse(text)).toMatchObject({
    clusters: [
      { name: 'c', cluster: { server: 'https://a' } },
      { name: 'c_two', cluster: { server: 'https://b' } },
    ],
    contexts: [{ name: 'c' }, { name: 'c_two', context: { cluster: 'c_two', user: 'u_two' } }],
  });
});

it('refuses to write over what it cannot understand', () => {
  for (const broken of ['clusters: 3', '{', '- a'])
    expect(() => mergeKubeconfig(broken, issued('https://a'), 'id')).toThrow(/cannot be understood/);
});
