import { setTimeout as sleep } from 'node:timers/promises';
import { newClusterId, newUid } from '@kajitori/apimachinery';
import postgres from 'postgres';
import type { StorageEngine } from '../engine.ts';
import { openPostgresStorage } from '../postgres/postgres-storage.ts';
import {
  type ClusterStorage,
  type Line,
  type NewObject,
  type Operation,
  type Revision,
  StorageUnavailableError,
  type StoredObject,
} from '../storage.ts';
import { LocalWake } from '../wake.ts';
import { History } from './history.ts';
import { Random } from './random.ts';

/**
 * Writers, readers, watchers and pagers on one Postgres, over two storages as two processes would have, while connections are killed and the
 * log moves on. Afterwards everything that anybody was told has to fit one history. The tables are never analysed.
 */
export interface CampaignReport {
  seed: number;
  writes: number;
  refused: number;
  unknown: number;
  changes: number;
  lists: number;
  reads: number;
  killed: number;
}

/** A migrated database that nobody else uses. */
export interface CampaignDatabase {
  ownerUrl: string;
  appUrl: string;
}

const writers = 6;
const names = 8;
const watchersPerLine = 2;

const resources: Record<Line, { group: string; resource: string }[]> = {
  durable: [
    { group: '', resource: 'configmaps' },
    { group: 'apps', resource: 'deployments' },
  ],
  volatile: [{ group: '', resource: 'events' }],
};
const lines: readonly Line[] = ['durable', 'volatile'];

/** @throws Error with the seed when anything was lost, doubled, reordered or made up. */
export async function storageCampaign(seed: number, seconds: number, database: CampaignDatabase): Promise<CampaignReport> {
  const wake = new LocalWake();
  await using one = openPostgresStorage({ url: database.appUrl, wake });
  await using two = openPostgresStorage({ url: database.appUrl, wake });
  const owner = postgres(database.ownerUrl, { max: 1, onnotice: () => {} });
  try {
    return await new Campaign(seed, [one, two], owner).run(seconds);
  } catch (cause) {
    throw new Error(`storage campaign with seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    await owner.end();
  }
}

interface Arena {
  /** The same cluster, through each storage. */
  storages: readonly ClusterStorage[];
  line: Line;
  history: History;
  birth: Revision;
}

class Campaign {
  readonly #random: Random;
  readonly #report: CampaignReport;
  readonly #engines: readonly StorageEngine[];
  readonly #owner: postgres.Sql;
  readonly #over = new AbortController();
  #written = 0;

  constructor(seed: number, engines: readonly StorageEngine[], owner: postgres.Sql) {
    this.#random = new Random(seed);
    this.#report = { seed, writes: 0, refused: 0, unknown: 0, changes: 0, lists: 0, reads: 0, killed: 0 };
    this.#engines = engines;
    this.#owner = owner;
  }

  async run(seconds: number): Promise<CampaignReport> {
    const arenas = [...(await this.#arenas()), ...(await this.#arenas())];
    const watching = new AbortController();
    const watchers = arenas.flatMap((arena) =>
      Array.from({ length: watchersPerLine }, () => this.#watch(arena, this.#random.fork(), watching.signal)),
    );
    const actors = [
      ...Array.from({ length: writers }, () => this.#write(arenas, this.#random.fork())),
      ...arenas.flatMap((arena) => [this.#page(arena, this.#random.fork()), this.#read(arena, this.#random.fork())]),
      this.#kill(this.#random.fork()),
      this.#rotate(this.#random.fork()),
    ];
    try {
      await Promise.race([Promise.all([...actors, sleep(seconds * 1000)]), sleep(seconds * 1000), Promise.all(watchers)]);
      this.#over.abort();
      await Promise.all(actors);
      for (const arena of arenas) await this.#judge(arena);
    } finally {
      this.#over.abort();
      watching.abort();
      await Promise.allSettled([...actors, ...watchers]);
    }
    await Promise.all(watchers);
    return this.#report;
  }

  async #arenas(): Promise<Arena[]> {
    const id = newClusterId();
    await this.#engines[0]?.clusters.create(id);
    const storages = this.#engines.map((engine) => engine.cluster(id));
    return Promise.all(
      lines.map(async (line) => ({ storages, line, history: new History(), birth: (await storages[0]?.revision(line)) ?? 0 })),
    );
  }

  async #write(arenas: readonly Arena[], random: Random): Promise<void> {
    while (!this.#over.signal.aborted) {
      const { storages, line, history } = random.pick(arenas);
      const storage = random.pick(storages);
      // Several sets at once, often on the same few objects: they meet in one group.
      const sets = await Promise.all(Array.from({ length: 1 + random.below(4) }, () => this.#set(storage, line, random)));
      await Promise.all(
        sets.map(async (set) => {
          const record: History['writes'][number] = { set, outcome: undefined };
          history.writes.push(record);
          this.#report.writes += 1;
          try {
            record.outcome = await storage.write(set);
            if ('refused' in record.outcome) this.#report.refused += 1;
          } catch (error) {
            if (!(error instanceof StorageUnavailableError)) throw error;
            this.#report.unknown += 1;
          }
        }),
      );
    }
  }

  async #set(storage: ClusterStorage, line: Line, random: Random): Promise<Operation[]> {
    const operations = new Map<string, Operation>();
    for (let count = random.chance(0.7) ? 1 : 1 + random.below(3); count > 0; count -= 1) {
      const key = { ...random.pick(resources[line]), namespace: `ns-${random.below(2)}`, name: `o-${random.below(names)}` };
      const current = await storage.get(key);
      this.#written += 1;
      const body = JSON.stringify({ write: this.#written, padding: 'x'.repeat(random.chance(0.05) ? 20_000 : random.below(200)) });
      operations.set(JSON.stringify(key), this.#operation(key, current, body, random));
    }
    return [...operations.values()];
  }

  #operation(
    key: Omit<NewObject, 'uid' | 'body' | 'labels' | 'fields' | 'stamp'>,
    current: StoredObject | undefined,
    body: string,
    random: Random,
  ): Operation {
    const stamp = { version: 'v1', schemaHash: '' };
    const object = { ...key, uid: current?.uid ?? newUid(), body, labels: { parity: String(this.#written % 2) }, fields: {}, stamp };
    // Sometimes against better knowledge, so that refusals are a part of it.
    const expectedRevision = (current?.revision ?? 1) - (random.chance(0.1) ? 1 : 0);
    const fits = random.chance(0.9);
    if (current === undefined ? fits : !fits) return { type: 'create', object };
    if (random.chance(0.35)) return { type: 'delete', key, uid: object.uid, expectedRevision, body };
    return { type: 'update', object, expectedRevision };
  }

  async #watch({ storages, line, history, birth }: Arena, random: Random, signal: AbortSignal): Promise<void> {
    const seen: History['watches'][number] = [];
    history.watches.push(seen);
    while (!signal.aborted) {
      const restart = AbortSignal.any([signal, AbortSignal.timeout(50 + random.below(500))]);
      const from = seen.at(-1)?.revision ?? birth;
      try {
        for await (const { changes } of random.pick(storages).watch({ from, line, signal: restart })) seen.push(...changes);
      } catch (error) {
        if (!(error instanceof StorageUnavailableError)) throw error;
      }
    }
  }

  async #page({ storages, line, history }: Arena, random: Random): Promise<void> {
    while (!this.#over.signal.aborted) {
      const resource = random.pick(resources[line]);
      const limit = 1 + random.below(5);
      const first = await random.pick(storages).list({ ...resource, limit });
      const objects = [...first.objects];
      for (let { next } = first; next !== undefined;) {
        await sleep(random.below(20));
        const page = await random.pick(storages).list({ ...resource, limit, after: next, revision: first.revision });
        objects.push(...page.objects);
        next = page.next;
      }
      history.lists.push({ revision: first.revision, objects, resource });
      this.#report.lists += 1;
      await sleep(random.below(20));
    }
  }

  async #read({ storages, line, history }: Arena, random: Random): Promise<void> {
    while (!this.#over.signal.aborted) {
      const key = { ...random.pick(resources[line]), namespace: `ns-${random.below(2)}`, name: `o-${random.below(names)}` };
      const object = await random.pick(storages).get(key);
      if (object !== undefined) history.reads.push(object);
      this.#report.reads += 1;
      await sleep(random.below(10));
    }
  }

  async #kill(random: Random): Promise<void> {
    const owner = this.#owner;
    while (!this.#over.signal.aborted) {
      await sleep(50 + random.below(300));
      const killed = await owner`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE usename = 'kajitori_app' AND datname = current_database() AND (${random.chance(0.2)} OR pid % 3 = ${random.below(3)})`;
      this.#report.killed += killed.length;
    }
  }

  /** Only moves to the next slots: what is watched and paged here stays in the log. */
  async #rotate(random: Random): Promise<void> {
    const owner = this.#owner;
    while (!this.#over.signal.aborted) {
      await sleep(200 + random.below(800));
      // A log too busy to be locked is left for the next time.
      await owner`SELECT storage.rotate_log('0 s', '1 hour')`.catch((error: { code?: string }) => {
        if (error.code !== '55P03') throw error;
      });
    }
  }

  async #judge({ storages: [storage], line, history, birth }: Arena): Promise<void> {
    if (storage === undefined) throw new Error('there is no storage');
    const head = await storage.revision(line);
    const started = performance.now();
    while (history.watches.some((seen) => (seen.at(-1)?.revision ?? birth) < head)) {
      if (performance.now() - started > 20_000) throw new Error(`a watcher did not come to revision ${head} within 20 s`);
      await sleep(20);
    }
    const final = (await Promise.all(resources[line].map((resource) => storage.list(resource)))).flatMap(({ objects }) => objects);
    history.judge(birth, head, final);
    this.#report.changes += head - birth;
  }
}
