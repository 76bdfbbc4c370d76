import { randomUUID } from 'node:crypto';
import {
  badRequest,
  type Clock,
  conflict,
  formatTime,
  internalError,
  invalid,
  invalidObject,
  type KubeObject,
} from '@kajitori/apimachinery';
import { type Kind, nodes, type Pod, pods, secrets, serviceAccounts, type TokenRequest } from '@kajitori/kinds';
import type { Call } from '../call.ts';
import { readOne } from '../registry/read.ts';
import { type ObjectClaim, tokenClaims } from './token-claims.ts';
import type { TokenKeys } from './token-keys.ts';

const expirationSecondsMin = 600;
const expirationSecondsMax = 2 ** 32;
/** What is asked for beyond this is shortened, with a warning. */
const issuedSecondsMax = 365 * 24 * 3600;
const expirationSecondsDefault = 3600;

type BoundObjectReference = NonNullable<TokenRequest['spec']['boundObjectRef']>;
type Bound = Partial<Record<'pod' | 'node' | 'secret', ObjectClaim>>;

/** Answers `serviceaccounts/NAME/token`: a signed token for the account, bound to what the request names. */
export class TokenRequests {
  readonly #keys: TokenKeys;
  readonly #clock: Clock;

  constructor(keys: TokenKeys, clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  /** @throws StatusError NotFound, Invalid, BadRequest, Conflict in Kubernetes' words. */
  async create(call: Call, body: KubeObject): Promise<KubeObject> {
    const asked = body as TokenRequest & KubeObject;
    checkNames(call, asked);
    const account = await read(call, serviceAccounts, call.name);
    const issuer = await this.#keys.issuer(call.cluster);
    if (issuer === undefined) throw internalError('this cluster issues no tokens');
    const spec = { ...asked.spec };
    spec.expirationSeconds ??= expirationSecondsDefault;
    if ((spec.audiences ?? []).length === 0) spec.audiences = [issuer];
    checkExpiration(spec.expirationSeconds);
    const bound = spec.boundObjectRef === undefined ? {} : await boundTo(call, spec.boundObjectRef);
    if (spec.expirationSeconds > issuedSecondsMax) {
      call.warnings.push(`requested expiration of ${spec.expirationSeconds} seconds shortened to ${issuedSecondsMax} seconds`);
      spec.expirationSeconds = issuedSecondsMax;
    }
    const now = this.#clock.now();
    const audiences = spec.audiences ?? [];
    const id = randomUUID();
    const claims = tokenClaims({
      issuer,
      id,
      now,
      account,
      audiences,
      expirationSeconds: spec.expirationSeconds,
      forOwnApi: audiences.every((one) => one === issuer),
      ...bound,
    });
    call.auditAnnotations?.set('authentication.kubernetes.io/issued-credential-id', `JTI=${id}`);
    return {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: call.name, namespace: call.namespace, creationTimestamp: formatTime(now) },
      spec,
      status: {
        token: call.dryRun ? '' : await this.#keys.sign(call.cluster, claims),
        expirationTimestamp: formatTime(new Date((claims.iat + spec.expirationSeconds) * 1000)),
      },
    };
  }
}

const named = { group: 'authentication.k8s.io', kind: 'TokenRequest' };

/** The body may repeat what the path says, and nothing else. */
function checkNames({ name, namespace }: Call, { metadata }: KubeObject): void {
  const wrong = [
    ...((metadata.name ?? '') === '' || metadata.name === name
      ? []
      : [invalid('metadata.name', metadata.name, 'must match the service account name if specified')]),
    ...((metadata.namespace ?? '') === '' || metadata.namespace === namespace
      ? []
      : [invalid('metadata.namespace', metadata.namespace, 'must match the service account namespace if specified')]),
  ];
  if (wrong.length > 0) throw invalidObject(named, name, wrong);
}

function checkExpiration(seconds: number): void {
  const field = 'spec.expirationSeconds';
  if (seconds < expirationSecondsMin) {
    throw invalidObject(named, '', [invalid(field, seconds, 'may not specify a duration less than 10 minutes')]);
  }
  if (seconds > expirationSecondsMax) {
    throw invalidObject(named, '', [invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')]);
  }
}

async function boundTo(call: Call, reference: BoundObjectReference): Promise<Bound> {
  const { apiVersion = '', kind = '', name = '', uid: expected = '' } = reference;
  const checked = (object: KubeObject): ObjectClaim => {
    const { uid = '' } = object.metadata;
    if (expected === '' || expected === uid) return { name, uid };
    const why = `the UID in the bound object reference (${expected}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: '', resource: kind }, name, why);
  };
  switch (`${apiVersion}/${kind}`) {
    case 'v1/Pod':
      return boundToPod(call, name, checked);
    case 'v1/Secret':
      return { secret: checked(await read(call, secrets, name)) };
    case 'v1/Node':
      return { node: checked(await read(call, nodes, name)) };
    default:
      throw badRequest(`cannot bind token to object of type ${typeText(apiVersion, kind)}`);
  }
}

/** A token of a pod also tells of the pod's node. */
async function boundToPod(call: Call, name: string, checked: (object: KubeObject) => ObjectClaim): Promise<Bound> {
  const object = await read(call, pods, name);
  const { nodeName = '', serviceAccountName } = (object as unknown as Pod).spec;
  if (serviceAccountName !== call.name) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(call.name)} to pod running with different serviceaccount name.`,
    );
  }
  const pod = checked(object);
  if (nodeName === '') return { pod };
  const node = await call.storage.get({ group: '', resource: 'nodes', namespace: '', name: nodeName });
  return { pod, node: { name: nodeName, uid: node?.uid ?? '' } };
}

/** A group, version and kind as Go prints them. */
function typeText(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return `${group ?? ''}/${version ?? ''}, Kind=${kind}`;
}

async function read(call: Call, kind: object, name: string): Promise<KubeObject> {
  const found = await readOne({ ...call, kind: kind as Kind, name, subresource: '' });
  return found.object;
}
