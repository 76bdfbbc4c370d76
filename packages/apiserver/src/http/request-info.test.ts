import { describe, expect, it } from 'vitest';
import { requestInfo } from './request-info.ts';

const info = (method: string, url: string) => {
  const { pathname, searchParams } = new URL(url, 'https://cluster');
  return requestInfo(method, pathname, searchParams);
};

describe('a request of the Kubernetes API', () => {
  it.each([
    ['GET', '/api/v1/namespaces', { group: '', version: 'v1', resource: 'namespaces', namespace: '', name: '', verb: 'list' }],
    ['GET', '/api/v1/namespaces/default', { resource: 'namespaces', namespace: '', name: 'default', verb: 'get' }],
    ['PUT', '/api/v1/namespaces/default/finalize', { resource: 'namespaces', name: 'default', subresource: 'finalize', verb: 'update' }],
    ['GET', '/api/v1/namespaces/default/pods', { resource: 'pods', namespace: 'default', verb: 'list' }],
    ['GET', '/api/v1/pods?watch=1', { resource: 'pods', namespace: '', verb: 'watch' }],
    ['GET', '/api/v1/watch/namespaces/default/pods/a', { resource: 'pods', namespace: 'default', name: 'a', verb: 'watch' }],
    ['GET', '/api/v1/namespaces/default/pods/a/log?follow=true', { subresource: 'log', verb: 'get' }],
    ['POST', '/apis/apps/v1/namespaces/x/deployments', { group: 'apps', resource: 'deployments', namespace: 'x', verb: 'create' }],
    ['PATCH', '/apis/apps/v1/namespaces/x/deployments/d/scale', { subresource: 'scale', verb: 'patch' }],
    ['DELETE', '/api/v1/namespaces/x/pods', { verb: 'deletecollection' }],
    ['DELETE', '/api/v1/namespaces/x/pods/a', { verb: 'delete' }],
    ['GET', '/api/v1/namespaces/x/services/s:80/proxy/a/b', { subresource: 'proxy', subpath: 'a/b' }],
  ])('%s %s', (method, url, expected) => {
    expect(info(method, url)).toMatchObject(expected);
  });

  it.each([
    ['GET', '/api/v1'],
    ['GET', '/apis/apps/v1'],
    ['GET', '/version'],
    ['GET', '/api/v1/namespaces/%2e%00/pods'],
    ['GET', '/api/v1/namespaces/%E0%A4%A/pods'],
    ['TRACE', '/api/v1/pods'],
  ])('is not a resource: %s %s', (method, url) => {
    expect(info(method, url)).toBeUndefined();
  });
});
