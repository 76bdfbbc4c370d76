import type { ClusterId, KubeObject } from '@kajitori/apimachinery';
import type { ListQuery, Target, Transport, WatchEvent } from '@kajitori/client';
import type { Storage } from '@kajitori/storage';
import type { Kind } from '@kajitori/kinds';
import type { Call } from '../call.ts';
import type { Definitions } from '../custom-resources/definitions.ts';
import { patchedObject } from '../patches/patched-object.ts';
import type { Item } from '../registry/item.ts';
import { listParameters } from '../registry/list-query.ts';
import type { Updated } from '../registry/update.ts';
import type { ItemEvent } from '../watch/watch-events.ts';
import type { WatchSink } from '../watch/watch-session.ts';
import { type Answer, isAnswer, type Operations, unknownPath } from './operations.ts';

/** Most events that wait for a slow in-process watcher before its watch is cut; it lists again. */
const queuedEventsMax = 50_000;

/** The API of one cluster for callers in this process: the same operations as over HTTP, without sockets and JSON. */
export function inProcessTransport(operations: Operations, storage: Storage, cluster: ClusterId, definitions: Definitions): Transport {
  const bound = storage.cluster(cluster);
  /** A kind of the cluster's own may have changed since its caller learned of it. */
  const present = async (kind: Kind): Promise<Kind> => {
    if (kind.custom === undefined) return kind;
    const found = (await definitions.kinds(cluster)).find(
      ({ group, version, plural }) => group === kind.group && version === kind.version && plural === kind.plural,
    );
    if (found === undefined) throw unknownPath();
    return found;
  };
  const callFor = async (target: Target, verb: string): Promise<Call> => callWith(await present(target.kind), target, verb);
  const callWith = (kind: Kind, target: Target, verb: string): Call => ({
    cluster,
    storage: definitions.storageFor(bound, kind),
    user: target.user,
    verb,
    kind,
    namespace: target.namespace,
    name: target.name ?? '',
    subresource: target.subresource ?? '',
    dryRun: false,
    // `system:serviceaccount:kube-system:deployment-controller` writes as `deployment-controller`.
    fieldManager: target.user.name.slice(target.user.name.lastIndexOf(':') + 1),
    warnings: [],
  });
  return {
    get: async (target) => objectOf(await operations.get(await callFor(target, 'get'))),
    list: async (target, query) => {
      const call = await callFor(target, 'list');
      const page = await operations.list(call, listParameters(call.kind, query));
      return {
        items: page.items.map((item) => item.object),
        resourceVersion: page.resourceVersion,
        ...(page.continue === undefined ? {} : { continue: page.continue }),
      };
    },
    create: async (target, body) => objectOf(await operations.create(await callFor(target, 'create'), structuredClone(body))),
    update: async (target, body) => objectOf(await operations.update(await callFor(target, 'update'), structuredClone(body))),
    patch: async (target, body, type) => {
      const call = await callFor(target, 'patch');
      return objectOf(await operations.patch(call, (old) => patchedObject(call, old, { type, patch: body, fieldValidation: 'Ignore' })));
    },
    delete: async (target, query) => {
      await operations.delete(await callFor(target, 'delete'), query);
    },
    watch: (target, query) => watchObjects(operations, callFor(target, 'watch'), query),
    customKinds: () => definitions.kinds(cluster),
  };
}

function objectOf(result: Item | Answer | Updated): KubeObject {
  if (isAnswer(result)) return result.value;
  return 'item' in result ? result.item.object : result.object;
}

/** One for all watches: without a reason each would have a new one made, with a stack. */
const watchOver = new Error('the watch is over');

async function* watchObjects(
  operations: Operations,
  asked: Promise<Call>,
  query: ListQuery & { resourceVersion: string; signal: AbortSignal },
): AsyncGenerator<WatchEvent<KubeObject>> {
  const call = await asked;
  const queue: WatchEvent<KubeObject>[] = [];
  const overflow = new AbortController();
  let wake = Promise.withResolvers<void>();
  const push = (event: WatchEvent<KubeObject>): void => {
    queue.push(event);
    if (queue.length > queuedEventsMax) overflow.abort(new Error('the watcher is too slow'));
    wake.resolve();
  };
  const sink: WatchSink = {
    send: (events: readonly ItemEvent[]) => events.forEach(({ type, item }) => push({ type, object: item.object })),
    progress: (revision) => push({ type: 'BOOKMARK', resourceVersion: String(revision) }),
    initialEventsEnd: () => undefined,
  };
  const stop = new AbortController();
  const signal = AbortSignal.any([query.signal, overflow.signal, stop.signal]);
  const parameters = { ...listParameters(call.kind, query), sendInitialEvents: undefined };
  let ended = false;
  let failure: Error | undefined;
  void operations
    .watch(call, parameters, sink, signal)
    .catch((error: unknown) => {
      failure = error instanceof Error ? error : new Error('the watch failed', { cause: error });
    })
    .finally(() => {
      ended = true;
      wake.resolve();
    });
  try {
    for (;;) {
      await wake.promise;
      wake = Promise.withResolvers<void>();
      for (const event of queue.splice(0)) yield event;
      if (!ended || queue.length > 0) continue;
      if (overflow.signal.aborted) throw overflow.signal.reason;
      if (failure !== undefined) throw failure;
      return;
    }
  } finally {
    stop.abort(watchOver);
  }
}
