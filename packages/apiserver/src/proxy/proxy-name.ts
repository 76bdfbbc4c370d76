import { badRequest } from '@kajitori/apimachinery';

/** `NAME`, `NAME:PORT`, `SCHEME:NAME:` or `SCHEME:NAME:PORT`, as proxies name what they lead to. */
export interface ProxyName {
  scheme: 'http' | 'https';
  name: string;
  /** Empty: the object's own choice. */
  port: string;
}

const validName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const validPort = /^([0-9]{1,5}|(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$/;

/** @throws StatusError BadRequest for anything else. `what` is `pod`, `service` or `node`. */
export function proxyName(text: string, what: string): ProxyName {
  const parts = text.split(':');
  const [scheme, name, port] = parts.length === 3 ? parts : ['', parts[0], parts[1] ?? ''];
  const valid =
    parts.length <= 3 &&
    ['', 'http', 'https'].includes(scheme ?? '') &&
    validName.test(name ?? '') &&
    (port === '' || validPort.test(port ?? ''));
  if (!valid) throw badRequest(`invalid ${what} request ${JSON.stringify(text)}`);
  return { scheme: scheme === 'https' ? 'https' : 'http', name: name ?? '', port: port ?? '' };
}
