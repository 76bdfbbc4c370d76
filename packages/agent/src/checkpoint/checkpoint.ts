/**
 * What this node was last told to run, on disk: with it an agent that starts alone goes on. Owns `desired/` and `state.json` of the state directory.
 *
 * Invariant: a change that was acknowledged is on disk; a crash in the middle of a change leaves a state whose revision is that of before, so that the change
 * comes again. Bodies are sealed with a key beside them that only root reads: a copied file says nothing. No token is ever written.
 */
import { hash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DesiredObject,
  type NetworkSettings,
  type ObjectKey,
  desiredObjectForm,
  networkForm,
  objectKeyOf,
  objectKeyText,
} from '@kajitori/agent-protocol';
import { z } from 'zod';
import { seal, unseal } from './seal.ts';

const keyBytes = 32;
const stateForm = z.object({
  /** Tells this agent's containers from those of others on the same engine. */
  agentId: z.string().min(1),
  epoch: z.int().nonnegative().default(0),
  /** Absent: what lies here is not a whole state. */
  desiredRevision: z.int().nonnegative().optional(),
  /** As the last session said it: new pods need it when the agent is alone. */
  network: networkForm.optional(),
});
type State = z.infer<typeof stateForm>;

export interface DesiredChange {
  puts: readonly DesiredObject[];
  removes: readonly ObjectKey[];
  revision: number;
}

export class Checkpoint {
  readonly #dir: string;
  readonly #stateFile: string;
  readonly #key: Buffer;
  #state: State;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(stateDir: string, key: Buffer, state: State) {
    this.#dir = join(stateDir, 'desired');
    this.#stateFile = join(stateDir, 'state.json');
    this.#key = key;
    this.#state = state;
  }

  /** @throws Error when the state directory cannot be read or written. */
  static async open(stateDir: string): Promise<Checkpoint> {
    await mkdir(join(stateDir, 'desired'), { recursive: true, mode: 0o700 });
    const key = await keyOf(join(stateDir, 'checkpoint.key'));
    const text = await readIfThere(join(stateDir, 'state.json'));
    const state =
      text === undefined ? { agentId: randomBytes(8).toString('hex'), epoch: 0 } : stateForm.parse(JSON.parse(text.toString('utf8')));
    const checkpoint = new Checkpoint(stateDir, key, state);
    if (text === undefined) await checkpoint.#writeState(state);
    return checkpoint;
  }

  get agentId(): string {
    return this.#state.agentId;
  }

  get epoch(): number {
    return this.#state.epoch;
  }

  get desiredRevision(): number | undefined {
    return this.#state.desiredRevision;
  }

  get network(): NetworkSettings | undefined {
    return this.#state.network;
  }

  /** A session began: older ones are refused from now on. */
  async setSession({ epoch, network }: { epoch: number; network: NetworkSettings }): Promise<void> {
    await this.#writeState({ epoch, network });
  }

  /** What lies on disk. A body that cannot be read any more is left out and told: the whole state is asked for again then. */
  async load(onUnreadable: (file: string, error: unknown) => void): Promise<DesiredObject[]> {
    const objects: DesiredObject[] = [];
    for (const file of await readdir(this.#dir)) {
      if (file.endsWith('.tmp')) {
        await rm(join(this.#dir, file), { force: true }).catch((error: unknown) => onUnreadable(file, error));
        continue;
      }
      try {
        objects.push(desiredObjectForm.parse(JSON.parse(unseal(this.#key, file, await readFile(join(this.#dir, file))).toString('utf8'))));
      } catch (error) {
        onUnreadable(file, error);
        // It holds for this process also where the disk does not take it; the next one finds the same file.
        this.#state = { ...this.#state, desiredRevision: undefined };
        await this.#writeState({}).catch((refusal: unknown) => onUnreadable(file, refusal));
      }
    }
    return objects;
  }

  /** Resolves once it is on disk. */
  async apply({ puts, removes, revision }: DesiredChange): Promise<void> {
    await Promise.all(puts.map((object) => this.#put(object)));
    await Promise.all(removes.map((key) => rm(join(this.#dir, fileOf(key)), { force: true })));
    await this.#writeState({ desiredRevision: revision });
  }

  async #put(object: DesiredObject): Promise<void> {
    const file = fileOf(objectKeyOf(object));
    await writeDurably(join(this.#dir, file), seal(this.#key, file, Buffer.from(JSON.stringify(object), 'utf8')));
  }

  /** Changes come one after the other; what was not written did not happen. */
  #writeState(change: Partial<State>): Promise<void> {
    const written = this.#lastWrite.then(() => this.#writeNow({ ...this.#state, ...change }));
    this.#lastWrite = written.catch(() => undefined);
    return written;
  }

  async #writeNow(state: State): Promise<void> {
    await writeDurably(this.#stateFile, Buffer.from(JSON.stringify(state)));
    this.#state = state;
  }
}

/** Names say nothing, and names of any length fit. */
function fileOf(key: ObjectKey): string {
  return hash('sha256', objectKeyText(key));
}

async function keyOf(file: string): Promise<Buffer> {
  const there = await readIfThere(file);
  if (there?.length === keyBytes) return there;
  const key = randomBytes(keyBytes);
  await writeDurably(file, key);
  return key;
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

let temporaryNumber = 0;

async function writeDurably(file: string, bytes: Buffer): Promise<void> {
  const fresh = `${file}.${++temporaryNumber}.tmp`;
  try {
    await using handle = await open(fresh, 'w', 0o600);
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (error) {
    // On a full disk the part that was written would only make it fuller.
    await rm(fresh, { force: true });
    throw error;
  }
  await rename(fresh, file);
}
