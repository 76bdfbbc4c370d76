import type { Refused } from '@kajitori/agent-protocol';

/** `Unauthorized` is the gateway's answer before a session, the others are its words in one. */
export type RefusalReason = Refused['reason'] | 'Unauthorized';

/** The gateway would not have us. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly reason: RefusalReason;
  readonly retryAfterSeconds: number | undefined;

  constructor(reason: RefusalReason, message: string, retryAfterSeconds?: number) {
    super(message);
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Another session of this node took over: coming back at once would only throw that one out. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';

  constructor() {
    super('another agent holds this node name: two machines must not share a credential');
  }
}

/** What a person can do about a refusal that waiting alone does not end; undefined when there is nothing to do but to wait. */
export function remedyOf(reason: RefusalReason): string | undefined {
  switch (reason) {
    case 'Unauthorized':
      return 'its node was removed from the cluster, or its credential or join token was revoked, used up or has expired; to join again, run the line of `kaji nodes join-command` on this machine; to leave for good, run the uninstall.sh beside the agent';
    case 'UnsupportedVersion':
      return 'this agent and the service are too far apart in age; run the installer of the service again, which replaces the agent';
    case 'NodeNameTaken':
      return 'the cluster has a node of this name; join under another with --node-name, or remove that one: kaji nodes remove NAME';
    case 'InvalidNode':
      return 'the node name is not valid or not the one that this machine joined with; join again with --node-name NAME';
    case 'QuotaExceeded':
      return 'the cluster has no room for another node; remove one, or have the limit raised';
    case 'Unavailable':
      return undefined;
  }
}
