import { badRequest } from '@kajitori/apimachinery';
import type { Schema } from '../schema.ts';
import { isRecord, own, put } from '../walk/compiled.ts';
import { checkDepth } from '../walk/depth.ts';
import { copyJson } from './copy.ts';
import {
  badArgument,
  badPatchType,
  deleteFromPrimitiveListPrefix,
  patchDirective,
  plainFields,
  plainValue,
  retainKeysDirective,
  setElementOrderPrefix,
} from './directives.ts';
import { orderedElements } from './list-order.ts';
import { asList, checkElementOrder, identityOf, listPlan, mergeLists } from './strategic-list.ts';

/**
 * Kubernetes' strategic merge patch: a merge patch that knows from the schema which lists merge and by what key, and that
 * takes orders (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) among its fields.
 * The result shares nothing with the inputs.
 * @throws StatusError BadRequest that says what is wrong with the patch.
 */
export function applyStrategicMergePatch(schema: Schema, document: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) throw badArgument('map[string]interface {}', patch);
  checkDepth(patch, 'the patch');
  return mergeObjects(isRecord(document) ? copyJson(document) : {}, patch, schema);
}

/** Changes and returns `live`, which is the caller's own. */
function mergeObjects(live: Record<string, unknown>, patch: Record<string, unknown>, schema: Schema | undefined): Record<string, unknown> {
  const directive = own(patch, patchDirective);
  if (directive === 'replace') return plainFields(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') throw badPatchType(directive, patch);
  retainKeys(live, patch);
  const done = new Set<string>([patchDirective, retainKeysDirective]);
  for (const key of Object.keys(patch)) if (key.startsWith(setElementOrderPrefix)) orderList(live, patch, { key, schema, done });
  for (const key of Object.keys(patch)) if (key.startsWith(deleteFromPrimitiveListPrefix)) deleteFromList(live, patch, { key, done });
  for (const key of Object.keys(patch)) if (!done.has(key)) mergeField(live, key, patch[key], fieldSchema(schema, key));
  return live;
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function mergeField(live: Record<string, unknown>, key: string, patch: unknown, schema: Schema | undefined): void {
  if (patch === null) {
    delete live[key];
    return;
  }
  const current = own(live, key);
  let merged: unknown;
  if (isRecord(current) && isRecord(patch)) {
    const replaces = schema?.['x-kubernetes-patch-strategy']?.split(',').includes('replace') === true;
    merged = replaces ? plainFields(patch) : mergeObjects(current, patch, schema);
  } else if (Array.isArray(current) && Array.isArray(patch)) {
    const plan = listPlan(schema);
    merged = plan.merges ? mergeLists(current, patch, plan, mergeObjects) : plainValue(patch);
  } else merged = plainValue(patch);
  if (merged === undefined) delete live[key];
  else put(live, key, merged);
}

/** `$retainKeys` lists all fields that may remain; what the patch sets must be among them. */
function retainKeys(live: Record<string, unknown>, patch: Record<string, unknown>): void {
  const listed = own(patch, retainKeysDirective);
  if (listed === undefined) return;
  if (!Array.isArray(listed)) throw badRequest('invalid patch format of retainKeys');
  const retained = new Set<unknown>(listed);
  for (const key of Object.keys(patch)) {
    if (
      key === retainKeysDirective ||
      patch[key] === null ||
      key.startsWith(deleteFromPrimitiveListPrefix) ||
      key.startsWith(setElementOrderPrefix)
    )
      continue;
    if (!retained.has(key)) throw badRequest('invalid patch format of retainKeys');
  }
  for (const key of Object.keys(live)) if (!retained.has(key)) delete live[key];
}

interface ListOrder {
  key: string;
  schema: Schema | undefined;
  /** Keys of the patch that need nothing more. */
  done: Set<string>;
}

/** `$setElementOrder/FIELD` gives the order of the list after the merge; it and the field's own patch go together. */
function orderList(live: Record<string, unknown>, patch: Record<string, unknown>, { key, schema, done }: ListOrder): void {
  done.add(key);
  const field = key.slice(setElementOrderPrefix.length);
  const order = asList(patch[key]);
  const before = own(live, field);
  const change = own(patch, field);
  // A list that the patch removes has no order.
  if (change === null || (before === undefined && change === undefined)) return;
  const plan = listPlan(fieldSchema(schema, field));
  const changes = change === undefined ? [] : asList(change);
  checkElementOrder(changes, order, field, plan);
  const current = before === undefined || before === null ? [] : asList(before);
  const liveOrder = [...current];
  let merged: unknown[] = current;
  if (change !== undefined && before !== undefined)
    merged = plan.merges ? mergeLists(current, changes, plan, mergeObjects) : (plainValue(changes) as unknown[]);
  else if (change !== undefined) merged = plainValue(changes) as unknown[];
  put(live, field, orderedElements({ merged, patchOrder: order, liveOrder, identity: identityOf(plan) }));
  done.add(field);
}

/** `$deleteFromPrimitiveList/FIELD` names scalars to remove. */
function deleteFromList(live: Record<string, unknown>, patch: Record<string, unknown>, { key, done }: Omit<ListOrder, 'schema'>): void {
  done.add(key);
  const field = key.slice(deleteFromPrimitiveListPrefix.length);
  const current = own(live, field);
  if (!Array.isArray(patch[key])) throw badRequest('invalid patch format of primitive list');
  const removed = new Set<unknown>(patch[key]);
  if (Array.isArray(current)) live[field] = current.filter((element) => !removed.has(element));
}
