import { type Hello, oldestProtocolVersion, protocolVersion, type Refused } from '@kajitori/agent-protocol';
import { isAccountsError } from '@kajitori/accounts';
import { randomName } from '@kajitori/apimachinery';
import type { Fence } from '@kajitori/storage';
import type { NodePrincipal } from '../identity.ts';
import { sessionRowSeconds } from '../limits.ts';
import type { SessionParts } from './session-parts.ts';

/** By what an agent came: a proven credential, or a join token that its `hello` will use. */
export type Admission = { principal: NodePrincipal } | { joinToken: string };

/** The session will not be, for a reason that the agent is told. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly reason: Refused['reason'];
  constructor(reason: Refused['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The join token cannot be used. */
export class BadTokenError extends Error {
  override readonly name = 'BadTokenError';
}

export interface OpenedSession {
  principal: NodePrincipal;
  protocol: number;
  fence: Fence;
}

/** The name of the fence that orders a node's sessions. */
export function fenceNameOf(node: string): string {
  return `node/${node}`;
}

/**
 * From `hello` to an epoch: agrees on a version, finds out who the node is, and takes its fence from whatever session had it.
 * @throws RefusedError, BadTokenError, ClusterGoneError.
 */
export async function openSession(
  hello: Hello,
  admission: Admission,
  { identity, fences, directory }: SessionParts,
): Promise<OpenedSession> {
  const protocol = Math.min(hello.protocol.newest, protocolVersion);
  if (protocol < hello.protocol.oldest || protocol < oldestProtocolVersion) {
    throw new RefusedError(
      'UnsupportedVersion',
      `agent ${hello.agentVersion} speaks versions ${hello.protocol.oldest} to ${hello.protocol.newest}; this gateway ${oldestProtocolVersion} to ${protocolVersion}`,
    );
  }
  const principal = 'principal' in admission ? admission.principal : await join(hello, admission.joinToken, identity);
  const { clusterId: cluster, nodeName: node } = principal;
  if (node !== hello.nodeName) throw new RefusedError('InvalidNode', `this credential is that of node ${JSON.stringify(node)}`);
  // The holder is the node itself, whichever process serves it, so the newest session always gets the fence.
  const fence = await fences.acquire(cluster, fenceNameOf(node), node, sessionRowSeconds);
  if (fence === undefined) throw new RefusedError('Unavailable', 'the session could not be opened; try again');
  await directory.put({ cluster, node, epoch: fence.epoch });
  return { principal, protocol, fence: { name: fence.name, epoch: fence.epoch } };
}

async function join(hello: Hello, token: string, identity: SessionParts['identity']): Promise<NodePrincipal> {
  if (hello.credentialHash === undefined) throw new RefusedError('InvalidNode', 'a node that joins names the hash of its credential');
  try {
    return await identity.join({ token, nodeName: hello.nodeName, credentialHash: hello.credentialHash }, `join-${randomName(12)}`);
  } catch (error) {
    if (isAccountsError(error, 'conflict')) throw new RefusedError('NodeNameTaken', `${error.message}. ${error.remedy}`);
    if (isAccountsError(error, 'limit')) throw new RefusedError('QuotaExceeded', `${error.message}. ${error.remedy}`);
    if (isAccountsError(error, 'invalid')) throw new RefusedError('InvalidNode', `${error.message}. ${error.remedy}`);
    if (isAccountsError(error)) throw new BadTokenError(error.message, { cause: error });
    throw error;
  }
}
