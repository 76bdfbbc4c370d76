import type { Duplex, Readable } from 'node:stream';
import { type ClusterId, StatusError } from '@kajitori/apimachinery';
import type {
  AttachRequest,
  ClusterDialer,
  DialRequest,
  DocumentRequest,
  ExecRequest,
  LogsRequest,
  NodeStreams,
  PortForwardRequest,
  ProcessStreams,
  RelayPool,
} from '@kajitori/streams';
import type { SessionDirectory, SessionKey } from '../sessions/session-directory.ts';

/** The sessions that this process holds. */
export interface LocalSessions {
  find(key: SessionKey): (NodeStreams & ClusterDialer) | undefined;
  anyNode(cluster: ClusterId): string | undefined;
}

/**
 * The streams' ports for a process of the control plane: to a session that it holds itself, or straight to the process that the directory names.
 * Without `directory` and `relays` it reaches only its own sessions.
 */
export class RoutedStreams implements NodeStreams, ClusterDialer {
  readonly #local: LocalSessions | undefined;
  readonly #remote: { directory: SessionDirectory; relays: RelayPool; instance: string } | undefined;

  constructor(options: { local?: LocalSessions; remote?: { directory: SessionDirectory; relays: RelayPool; instance: string } }) {
    this.#local = options.local;
    this.#remote = options.remote;
  }

  async exec(request: ExecRequest, signal?: AbortSignal): Promise<ProcessStreams> {
    return (await this.#streamsOf(request)).exec(request, signal);
  }

  async attach(request: AttachRequest, signal?: AbortSignal): Promise<ProcessStreams> {
    return (await this.#streamsOf(request)).attach(request, signal);
  }

  async logs(request: LogsRequest, signal?: AbortSignal): Promise<Readable> {
    return (await this.#streamsOf(request)).logs(request, signal);
  }

  async document(request: DocumentRequest, signal?: AbortSignal): Promise<Readable> {
    return (await this.#streamsOf(request)).document(request, signal);
  }

  async portForward(request: PortForwardRequest, signal?: AbortSignal): Promise<Duplex> {
    return (await this.#streamsOf(request)).portForward(request, signal);
  }

  async dial(request: DialRequest, signal?: AbortSignal): Promise<Duplex> {
    const node = request.node ?? this.#local?.anyNode(request.cluster) ?? (await this.#remote?.directory.anyNode(request.cluster))?.node;
    if (node === undefined) throw new StatusError('ServiceUnavailable', 'no node of the cluster is connected');
    return (await this.#streamsOf({ cluster: request.cluster, node })).dial({ ...request, node }, signal);
  }

  async #streamsOf({ cluster, node }: SessionKey): Promise<NodeStreams & ClusterDialer> {
    const local = this.#local?.find({ cluster, node });
    if (local !== undefined) return local;
    const at = await this.#remote?.directory.locate({ cluster, node });
    // A row of this very process without a session is left over from before.
    if (at === undefined || at.instance === this.#remote?.instance)
      throw new StatusError('ServiceUnavailable', `node "${node}" is not connected`);
    return this.#remote!.relays.connect(at);
  }
}
