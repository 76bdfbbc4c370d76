import { describe, expect, it } from 'vitest';
import { proxiedUrl } from './proxied-url.ts';
import { proxyName } from './proxy-name.ts';
import { proxyPath } from './proxy-path.ts';

const prefix = '/api/v1/namespaces/default/services/web/proxy';
const place = { prefix, backendHost: '10.1.0.1:8080', requestHost: '127.0.0.1:8001' };

describe('a link of a proxied page', () => {
  it.each([
    ['/a/b', `${prefix}/a/b`],
    ['/a/?x=1#y', `${prefix}/a/?x=1#y`],
    ['/', `${prefix}/`],
    ['a/b', 'a/b'],
    ['../x', '../x'],
    ['#top', '#top'],
    ['?q=1', '?q=1'],
    ['', ''],
    ['http://10.1.0.1:8080/login', `${prefix}/login`],
    ['http://10.1.0.1:8080', `${prefix}/`],
    ['//127.0.0.1:8001/login?a=b', `${prefix}/login?a=b`],
    ['https://example.com/x', 'https://example.com/x'],
    ['//example.com/x', '//example.com/x'],
    ['mailto:a@example.com', 'mailto:a@example.com'],
    ['javascript:void(0)', 'javascript:void(0)'],
    [`${prefix}/here`, `${prefix}/here`],
    [`${prefix}er/there`, `${prefix}${prefix}er/there`],
  ])('%s', (link, expected) => {
    expect(proxiedUrl(link, place)).toBe(expected);
  });
});

describe('what a proxy leads to', () => {
  it.each([
    ['web', { scheme: 'http', name: 'web', port: '' }],
    ['web:80', { scheme: 'http', name: 'web', port: '80' }],
    ['web:http-alt', { scheme: 'http', name: 'web', port: 'http-alt' }],
    ['https:web:', { scheme: 'https', name: 'web', port: '' }],
    ['http:web:80', { scheme: 'http', name: 'web', port: '80' }],
  ])('%s', (text, expected) => {
    expect(proxyName(text, 'service')).toEqual(expected);
  });

  it.each(['ftp:web:80', 'a:b:c:d', ':80', 'web:-', 'Web', 'web:808080', 'http:web:80:'])('refuses %s', (text) => {
    expect(() => proxyName(text, 'service')).toThrow(`invalid service request ${JSON.stringify(text)}`);
  });

  it('keeps the rest of the path as it was encoded', () => {
    expect(proxyPath(`${prefix}//a%2Fb/`)).toEqual({ prefix, tail: '//a%2Fb/' });
    expect(proxyPath('/api/v1/nodes/n1/proxy')).toEqual({ prefix: '/api/v1/nodes/n1/proxy', tail: '' });
    expect(proxyPath('/api/v1/nodes/n1/proxyx')).toBeUndefined();
  });
});
