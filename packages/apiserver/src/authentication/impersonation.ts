import { type ClusterId, internalError } from '@kajitori/apimachinery';
import type { Attributes } from '@kajitori/authorization';
import type { UserInfo } from '@kajitori/client';
import { type Authorize, refusal } from '../authorization/authorizer.ts';
import type { HttpRequest } from '../http/http-request.ts';
import { serviceAccountGroups } from '../service-accounts/token-claims.ts';

/** Whom a request wants to act as, from its Impersonate headers. */
interface Wanted {
  user: string;
  groups: string[];
  uid: string;
  extra: Map<string, string[]>;
}

const extraPrefix = 'impersonate-extra-';
const serviceAccountForm = /^system:serviceaccount:([^:]+):([^:]+)$/;
const anonymous = 'system:anonymous';

/**
 * Settles as whom a request acts, once, before anything else is asked about it. That comes after its audit has begun, so that a refusal is
 * found in the log too.
 * @throws StatusError as `impersonated`.
 */
export async function settleActor(authorize: Authorize, request: HttpRequest): Promise<void> {
  const { user: sender } = request;
  const user = await impersonated(authorize, request);
  if (user === sender) return;
  request.sender = sender;
  request.user = user;
}

/**
 * The user that a request acts as: who sent it, or whom it names, if the sender may `impersonate` each part of that.
 * @throws StatusError Forbidden for the first part that the sender may not; InternalError for parts without a user, as Kubernetes does.
 */
export async function impersonated(
  authorize: Authorize,
  { cluster, user, rawHeaders }: { cluster: ClusterId; user: UserInfo; rawHeaders: readonly string[] },
): Promise<UserInfo> {
  const wanted = wantedUser(rawHeaders);
  if (wanted === undefined) return user;
  for (const resource of partsOf(wanted)) {
    const attributes: Attributes = { user, verb: 'impersonate', resource };
    const { allowed, reason } = await authorize(cluster, attributes);
    if (!allowed) throw refusal(attributes, reason);
  }
  return {
    name: wanted.user,
    ...(wanted.uid === '' ? {} : { uid: wanted.uid }),
    groups: groupsOf(wanted),
    ...(wanted.extra.size === 0 ? {} : { extra: Object.fromEntries(wanted.extra) }),
  };
}

/** Lines with one name stay apart only in the raw list: a group's name may hold a comma. */
function wantedUser(rawHeaders: readonly string[]): Wanted | undefined {
  const wanted: Wanted = { user: '', groups: [], uid: '', extra: new Map() };
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at]?.toLowerCase(), rawHeaders[at + 1]];
    if (!name.startsWith('impersonate-')) continue;
    if (name === 'impersonate-user') wanted.user ||= value;
    else if (name === 'impersonate-group') wanted.groups.push(value);
    else if (name === 'impersonate-uid') wanted.uid ||= value;
    else if (name.startsWith(extraPrefix)) {
      const key = unescaped(name.slice(extraPrefix.length));
      wanted.extra.set(key, [...(wanted.extra.get(key) ?? []), value]);
    }
  }
  if (wanted.user !== '') return wanted;
  const rest = [...wanted.groups, ...wanted.extra.keys(), ...(wanted.uid === '' ? [] : [wanted.uid])];
  if (rest.length > 0) throw internalError(`requested ${JSON.stringify(rest)} without impersonating a user`);
  return undefined;
}

/** Keys of extra may hold what no header name can. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

type Resource = NonNullable<Attributes['resource']>;

/** Each is one question to the authorizer. */
function* partsOf({ user, groups, uid, extra }: Wanted): Generator<Resource> {
  const part = (group: string, resource: string, name: string, more: Partial<Resource> = {}): Resource => ({
    group,
    resource,
    name,
    subresource: '',
    namespace: '',
    ...more,
  });
  const [, namespace, account] = serviceAccountForm.exec(user) ?? [];
  if (namespace !== undefined && account !== undefined) yield part('', 'serviceaccounts', account, { namespace });
  else yield part('', 'users', user);
  for (const group of groups) yield part('', 'groups', group);
  for (const [key, values] of extra) {
    for (const value of values) yield part('authentication.k8s.io', 'userextras', value, { subresource: key });
  }
  if (uid !== '') yield part('authentication.k8s.io', 'uids', uid);
}

/** Those that were asked for, else those of the ServiceAccount; and whether it is somebody. */
function groupsOf({ user, groups }: Wanted): string[] {
  const namespace = serviceAccountForm.exec(user)?.[1];
  const own = groups.length === 0 && namespace !== undefined ? serviceAccountGroups(namespace) : groups;
  if (own.includes('system:authenticated') || own.includes('system:unauthenticated')) return own;
  return [...own, user === anonymous ? 'system:unauthenticated' : 'system:authenticated'];
}
