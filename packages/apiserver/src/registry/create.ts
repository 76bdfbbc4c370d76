import { type KubeObject, methodNotAllowed, StatusError } from '@kajitori/apimachinery';
import { isRefusal, type NewObject } from '@kajitori/storage';
import { type Call, groupResourceOf } from '../call.ts';
import { checkNew, fillDefaults } from './check.ts';
import { readError, refusalError } from './errors.ts';
import type { Item } from './item.ts';
import { generatedName, placeIn, stampNew } from './metadata.ts';
import type { Registry } from './registry.ts';
import { toItem, toStored } from './stored.ts';

/** How often a generated name, an address or a port that is taken is drawn again. */
const attemptsMax = 8;
/** How often a write is tried again because a quota that it is charged to has changed meanwhile, in another process. */
const chargeAttemptsMax = 64;

/**
 * Creates the object: admission, defaults, checks, one write. The draft is the caller's to give away.
 * @throws StatusError AlreadyExists, Invalid, Forbidden, and what admission refuses.
 */
export async function createObject(registry: Registry, call: Call, draft: KubeObject): Promise<Item> {
  const base = draft.metadata.generateName ?? '';
  const generates = (draft.metadata.name ?? '') === '' && base !== '' && call.name === '';
  placeIn(call, draft.metadata);
  const { kind } = call;
  if (kind.custom?.terminating === true) throw definitionTerminating(call);
  fillDefaults(call, draft);
  if (generates) draft.metadata.name = generatedName(base);
  await registry.admission.mutate({ call, operation: 'CREATE', object: draft });
  stampNew(call, draft, registry.clock.now());
  fillDefaults(call, draft);
  kind.strategy.prepareForCreate?.(draft);
  checkNew(call, draft);
  await registry.admission.validate({ call, operation: 'CREATE', object: draft });
  return registry.companions.inTurn(call, undefined, () => writeNew(registry, call, draft, generates ? base : undefined));
}

/** What is there of a kind whose definition is being deleted goes; nothing new comes. */
function definitionTerminating({ kind }: Call): StatusError {
  const { details } = methodNotAllowed(groupResourceOf(kind), 'create');
  const why = 'create not allowed while custom resource definition is terminating';
  return new StatusError('MethodNotAllowed', why, details === undefined ? {} : { details });
}

/** Claims what is written beside the object and writes both; again with other names where one was taken. */
async function writeNew({ companions }: Registry, call: Call, draft: KubeObject, base: string | undefined): Promise<Item> {
  const { kind } = call;
  const fills = companions.fills(call);
  let charges = 1;
  for (let attempt = 1; ;) {
    const wanted = fills ? structuredClone(draft) : draft;
    const beside = await companions.claim(call, wanted, undefined, attempt);
    const object = toStored(kind, wanted);
    if (call.dryRun) return dryRunItem(call, wanted, object);
    const outcome = await call.storage.write([{ type: 'create', object }, ...beside]).catch((error: unknown) => {
      throw readError(error);
    });
    if (!isRefusal(outcome)) return toItem(kind, { ...object, revision: outcome.revisions[0] ?? 0 });
    if ((outcome.refused === 'conflict' || outcome.refused === 'notFound') && charges < chargeAttemptsMax) {
      charges += 1;
      continue;
    }
    if (outcome.refused !== 'exists' || attempt === attemptsMax) throw refusalError(outcome, kind, wanted.metadata.name ?? '');
    attempt += 1;
    if (beside.length > 0 && (await call.storage.get(object)) === undefined) {
      const taken = await companions.taken(call, wanted, beside);
      if (taken !== undefined) throw taken;
    } else if (base !== undefined) draft.metadata.name = generatedName(base);
    else throw refusalError(outcome, kind, wanted.metadata.name ?? '');
  }
}

async function dryRunItem(call: Call, draft: KubeObject, object: NewObject): Promise<Item> {
  if ((await call.storage.get(object)) !== undefined) throw refusalError({ refused: 'exists' }, call.kind, draft.metadata.name ?? '');
  return toItem(call.kind, { ...object, revision: undefined });
}
