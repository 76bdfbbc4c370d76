import http2 from 'node:http2';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTick } from 'node:timers/promises';
import type { ClusterId } from '@kajitori/apimachinery';
import type { Logger } from '@kajitori/telemetry';
import { serverNameOf } from './server-name.ts';

/** A certificate chain and its key, PEM. */
export interface ServingCertificate {
  certificate: string;
  privateKey: string;
}

/** Another process, to which connections are given away. */
export interface Elsewhere {
  /** Whether it serves any cluster at all: only then connections to the base address are looked into. */
  isUsed(): boolean;
  serves(cluster: ClusterId): boolean;
  /** The cluster that a client dials by a name, at the base address. */
  clusterNamed(name: string): ClusterId | undefined;
  /** `head`: what was read of it, to know its name; absent: it was dialled at the cluster's own address. */
  handOver(socket: net.Socket, cluster: ClusterId, from: { address: string; head?: Uint8Array }): void;
}

export interface ClusterFrontOptions {
  /** The cluster that a local address (127.A.B.C) names; undefined for the base address and unknown ones. */
  clusterAt: (localAddress: string) => Promise<ClusterId | undefined>;
  /** A certificate for these DNS names and addresses, signed by the platform's CA. */
  certificateFor: (names: readonly string[]) => Promise<ServingCertificate>;
  /** The authority, PEM, that a cluster's client certificates are verified with; absent: nobody is asked for one. */
  clientAuthority?: (cluster: ClusterId) => Promise<string>;
  /** Names of the base address (console, /v1, /clusters/ID). */
  baseNames: readonly string[];
  /** Further names under which a cluster is reached, from inside its pods for example. */
  clusterNames: (cluster: ClusterId) => readonly string[];
  /** Receives every server that is made, before its first connection: attach request and upgrade handlers. */
  serve: (server: http2.Http2SecureServer, cluster: ClusterId | undefined) => void;
  /** Whether, and when, a further connection to a cluster may begin; absent: at once. */
  connection?: (cluster: ClusterId, gone: AbortSignal) => Promise<boolean>;
  /** The process that serves clusters which are too much for this one; absent: there is none. */
  elsewhere?: Elsewhere;
  logger: Logger;
}

/** A connection that may not begin is closed after this or up to three times as long, so that not all of them come back together. */
const refusedMilliseconds = 10_000;
/** A client that says nothing for this long after it has connected is served like any other, and ended by the handshake's own limit. */
const nameMilliseconds = 5_000;

/** What a client says first, and the name in it: a client says no more before it is answered. */
async function dialledName(socket: net.Socket): Promise<{ name: string | undefined; head: Uint8Array }> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let head: Uint8Array = new Uint8Array();
  const take = (chunk: Uint8Array): void => {
    head = Buffer.concat([head, chunk]);
    const told = serverNameOf(head);
    if (told !== 'more') resolve(told.name);
  };
  const nothing = (): void => resolve(undefined);
  const late = setTimeout(nothing, nameMilliseconds).unref();
  socket.on('data', take).once('close', nothing);
  socket.resume();
  const name = await promise;
  clearTimeout(late);
  socket.pause().off('data', take).off('close', nothing);
  return { name, head };
}

function goneSignal(socket: net.Socket): AbortSignal {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  return gone.signal;
}

/** TLS servers of clusters that are dialled just now; one costs some 100 KB and a millisecond to make. */
const serversMax = 500;
/** A server that nobody has dialled for this long goes; its connections live on. */
const serverIdleMilliseconds = 15_000;
/** A leaf lives 90 days; a server is made anew long before. */
const serverLifetimeMilliseconds = 24 * 3600 * 1000;

interface HeldServer {
  madeAt: number;
  dialledAt: number;
  server: Promise<http2.Http2SecureServer>;
}

/**
 * One listener for all clusters. A connection says by its local address which cluster it is for, since clients that dial
 * an IP send no server name; TLS then ends with that cluster's certificate. Nothing exists for a cluster that nobody dials.
 */
export class ClusterFront implements AsyncDisposable {
  readonly #options: ClusterFrontOptions;
  /** The one dialled last is the last. */
  readonly #servers = new Map<string, HeldServer>();
  #sweep: NodeJS.Timeout | undefined;
  readonly #listener: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #sessions = new Map<ClusterId, Set<http2.ServerHttp2Session>>();

  constructor(options: ClusterFrontOptions) {
    this.#options = options;
    this.#listener = net.createServer({ noDelay: true, keepAlive: true, pauseOnConnect: true }, (socket) => void this.#accept(socket));
  }

  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.listen({ port, host, backlog: 4096 }, resolve);
    });
    return (this.#listener.address() as net.AddressInfo).port;
  }

  async #accept(socket: net.Socket): Promise<void> {
    const address = (socket.localAddress ?? '').replace(/^::ffff:/, '');
    await this.#held(socket, async () => this.#begin(socket, await this.#options.clusterAt(address), address));
  }

  /** Serves a connection that another process has given away. */
  async serveGiven(socket: net.Socket, cluster: ClusterId, { address, head }: { address: string; head?: Uint8Array }): Promise<void> {
    await this.#held(socket, async () => {
      if (head !== undefined) socket.unshift(head);
      if (await this.#isItsTurn(socket, cluster)) await this.terminate(socket, head === undefined ? cluster : undefined, address);
    });
  }

  async #held(socket: net.Socket, begin: () => Promise<void>): Promise<void> {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    try {
      await begin();
    } catch (error) {
      this.#options.logger.warn({ error }, 'a connection could not be given a TLS server');
      socket.destroy();
    }
  }

  /** When it is its turn, here or where its cluster is served. */
  async #begin(socket: net.Socket, cluster: ClusterId | undefined, address: string): Promise<void> {
    const { elsewhere } = this.#options;
    if (cluster !== undefined) {
      if (!(await this.#isItsTurn(socket, cluster))) return;
      if (elsewhere?.serves(cluster) !== true) await this.terminate(socket, cluster, address);
      else this.#handOver(elsewhere, socket, cluster, { address });
      return;
    }
    const dialled = elsewhere?.isUsed() === true ? await dialledName(socket) : undefined;
    const named = dialled?.name === undefined ? undefined : elsewhere?.clusterNamed(dialled.name);
    if (dialled !== undefined && named !== undefined && elsewhere?.serves(named) === true) {
      if (await this.#isItsTurn(socket, named)) this.#handOver(elsewhere, socket, named, { address, head: dialled.head });
      return;
    }
    if (dialled !== undefined) socket.unshift(dialled.head);
    await this.terminate(socket, undefined, address);
  }

  #handOver(elsewhere: Elsewhere, socket: net.Socket, cluster: ClusterId, from: Parameters<Elsewhere['handOver']>[2]): void {
    this.#sockets.delete(socket);
    elsewhere.handOver(socket, cluster, from);
  }

  async #isItsTurn(socket: net.Socket, cluster: ClusterId): Promise<boolean> {
    const { connection } = this.#options;
    if (connection === undefined || (await connection(cluster, goneSignal(socket)))) return true;
    // Who is let go at once comes back at once.
    setTimeout(() => socket.destroy(), refusedMilliseconds * (1 + 2 * Math.random())).unref();
    return false;
  }

  /** Ends a cluster's connections as soon as what runs on them has ended; its clients come again by new ones. Undefined: those of all clusters. */
  async leave(cluster?: ClusterId): Promise<void> {
    const of = cluster === undefined ? [...this.#sessions.values()] : [this.#sessions.get(cluster) ?? []];
    for (const session of of.flatMap((sessions) => Array.from(sessions))) {
      session.close();
      await nextTick();
    }
  }

  /** Ends TLS on a raw connection for a cluster: also for pods, whose connections come through an agent. */
  async terminate(socket: Duplex, cluster: ClusterId | undefined, address: string): Promise<void> {
    const server = await this.#server(cluster, address);
    if (!socket.destroyed) server.emit('connection', socket);
  }

  #server(cluster: ClusterId | undefined, address: string): Promise<http2.Http2SecureServer> {
    const key = cluster ?? '';
    const now = performance.now();
    const held = this.#servers.get(key);
    if (held !== undefined && now - held.madeAt < serverLifetimeMilliseconds) {
      held.dialledAt = now;
      this.#servers.delete(key);
      this.#servers.set(key, held);
      return held.server;
    }
    const entry = { madeAt: now, dialledAt: now, server: this.#makeServer(cluster, address) };
    this.#servers.delete(key);
    this.#servers.set(key, entry);
    entry.server.catch(() => this.#servers.delete(key));
    const [oldest] = this.#servers.keys();
    if (this.#servers.size > serversMax && oldest !== undefined) this.#servers.delete(oldest);
    this.#sweep ??= setInterval(() => this.#dropIdle(), serverIdleMilliseconds / 3).unref();
    return entry.server;
  }

  #dropIdle(): void {
    const before = performance.now() - serverIdleMilliseconds;
    for (const [key, { dialledAt }] of this.#servers) {
      if (dialledAt >= before) break;
      this.#servers.delete(key);
    }
    if (this.#servers.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  async #makeServer(cluster: ClusterId | undefined, address: string): Promise<http2.Http2SecureServer> {
    const { baseNames, clusterNames, certificateFor, clientAuthority, serve, logger } = this.#options;
    const names = cluster === undefined ? baseNames : [...clusterNames(cluster), ...(address === '' ? [] : [address])];
    const { certificate, privateKey } = await certificateFor(names);
    const authority = cluster === undefined ? undefined : await clientAuthority?.(cluster);
    const server = http2.createSecureServer({
      cert: certificate,
      key: privateKey,
      // Whoever shows no certificate, or a stranger's, may still have a token.
      ...(authority === undefined ? {} : { ca: authority, requestCert: true, rejectUnauthorized: false }),
      allowHTTP1: true,
      minVersion: 'TLSv1.2',
      // Watches and exec sessions are long; idle ones are cut by their own deadlines.
      settings: { maxConcurrentStreams: 1000, initialWindowSize: 1 << 20 },
    });
    server.on('tlsClientError', () => undefined);
    server.on('sessionError', (error) => logger.debug({ error }, 'an HTTP/2 session failed'));
    if (cluster !== undefined) server.on('session', (session) => this.#note(cluster, session));
    serve(server, cluster);
    return server;
  }

  #note(cluster: ClusterId, session: http2.ServerHttp2Session): void {
    const sessions = this.#sessions.get(cluster) ?? new Set();
    this.#sessions.set(cluster, sessions.add(session));
    session.once('close', () => {
      sessions.delete(session);
      if (sessions.size === 0 && this.#sessions.get(cluster) === sessions) this.#sessions.delete(cluster);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sweep);
    this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.resolve();
  }
}
