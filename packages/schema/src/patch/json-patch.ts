import { badRequest, StatusError } from '@kajitori/apimachinery';
import { isRecord, put } from '../walk/compiled.ts';
import { checkDepth, depthMax, measure } from '../walk/depth.ts';
import { copyJson, equalJson } from './copy.ts';
import { child, listIndex, parsePointer } from './json-pointer.ts';

/** As the API server allows. */
export const jsonPatchOperationsMax = 10_000;
/** `copy` can double a document each time; all copies of one patch together may add this much. */
const copiedBytesMax = 3 * 1024 * 1024;

type Operation =
  | { op: 'add' | 'replace' | 'test'; path: Pointer; value: unknown }
  | { op: 'remove'; path: Pointer }
  | { op: 'move' | 'copy'; path: Pointer; from: Pointer };
interface Pointer {
  text: string;
  steps: string[];
}

/**
 * JSON patch (RFC 6902), all operations or none. The result shares nothing with the inputs.
 * @throws StatusError RequestEntityTooLarge for more than 10,000 operations or too much copying, BadRequest for operations
 * that are malformed, Invalid for those that do not fit the document.
 */
export function applyJsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw badRequest('a JSON patch is a list of operations');
  if (operations.length > jsonPatchOperationsMax) {
    throw new StatusError(
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${jsonPatchOperationsMax}, got ${operations.length}`,
    );
  }
  checkDepth(operations, 'the patch');
  // The document hangs below a root of its own, so that an operation on all of it is like any other.
  const root: Record<string, unknown> = { document: copyJson(document) };
  const budget = { copiedBytes: 0 };
  for (const [at, item] of operations.entries()) apply(root, parseOperation(item, at), budget);
  checkDepth(root.document, 'the patched object');
  return root.document;
}

function parseOperation(value: unknown, at: number): Operation {
  if (!isRecord(value)) throw badRequest(`operation ${at} of the JSON patch must be an object`);
  const { op } = value;
  const path = pointer(value, 'path', at);
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      if (!Object.hasOwn(value, 'value')) throw badRequest(`operation ${at} of the JSON patch (${op} ${path.text}) has no value`);
      return { op, path, value: value.value };
    case 'remove':
      return { op, path };
    case 'move':
    case 'copy':
      return { op, path, from: pointer(value, 'from', at) };
    default:
      throw badRequest(`operation ${at} of the JSON patch: Unexpected kind: ${typeof op === 'string' ? op : JSON.stringify(op)}`);
  }
}

function pointer(operation: Record<string, unknown>, member: 'path' | 'from', at: number): Pointer {
  const text = operation[member];
  const steps = typeof text === 'string' ? parsePointer(text) : undefined;
  if (typeof text !== 'string' || steps === undefined) {
    throw badRequest(`operation ${at} of the JSON patch: ${member} must be a JSON pointer such as "/metadata/labels/app"`);
  }
  return { text, steps: ['document', ...steps] };
}

function apply(root: Record<string, unknown>, operation: Operation, budget: { copiedBytes: number }): void {
  switch (operation.op) {
    case 'add':
      add(root, operation.path, copyJson(operation.value));
      break;
    case 'remove':
      remove(root, operation.path, 'remove');
      break;
    case 'replace':
      get(root, operation.path, 'replace');
      replace(root, operation.path, copyJson(operation.value));
      break;
    case 'move': {
      if (operation.path.text.startsWith(`${operation.from.text}/`)) {
        throw unfit(`move operation does not apply: ${operation.from.text} cannot be moved into itself`);
      }
      const value = remove(root, operation.from, 'move');
      add(root, operation.path, value);
      break;
    }
    case 'copy':
      add(root, operation.path, copied(get(root, operation.from, 'copy'), budget));
      break;
    case 'test':
      if (!equalJson(get(root, operation.path, 'test'), operation.value)) {
        throw unfit(`testing value ${operation.path.text} failed: test failed`);
      }
      break;
  }
}

function copied(value: unknown, budget: { copiedBytes: number }): unknown {
  if (measure(value).tooDeep) throw unfit(`copy operation does not apply: the value is nested deeper than ${depthMax} levels`);
  budget.copiedBytes += JSON.stringify(value).length;
  if (budget.copiedBytes > copiedBytesMax) {
    throw new StatusError(
      'RequestEntityTooLarge',
      `Unable to complete the copy, the accumulated size increase of copy is ${budget.copiedBytes}, exceeding the limit ${copiedBytesMax}`,
    );
  }
  return copyJson(value);
}

/** The parent of what a path points to, and the last step. */
function locate(root: unknown, { text, steps }: Pointer, op: string): { parent: unknown; step: string } {
  let parent = root;
  for (const step of steps.slice(0, -1)) {
    const { found, value } = child(parent, step);
    if (!found || typeof value !== 'object' || value === null)
      throw unfit(`${op} operation does not apply: doc is missing path: "${text}": missing value`);
    parent = value;
  }
  return { parent, step: steps.at(-1) ?? '' };
}

function get(root: unknown, path: Pointer, op: string): unknown {
  const { parent, step } = locate(root, path, op);
  const { found, value } = child(parent, step);
  if (!found) throw unfit(`${op} operation does not apply: doc is missing key: ${path.text}: missing value`);
  return value;
}

function add(root: unknown, path: Pointer, value: unknown): void {
  const { parent, step } = locate(root, path, 'add');
  if (!Array.isArray(parent)) {
    put(parent as Record<string, unknown>, step, value);
    return;
  }
  // One place more than there are items: the end.
  const at = step === '-' ? parent.length : listIndex(step, parent.length + 1);
  if (at === undefined)
    throw unfit(`add operation does not apply: Unable to access invalid index: ${step}: invalid index referenced: "${path.text}"`);
  parent.splice(at, 0, value);
}

function replace(root: unknown, path: Pointer, value: unknown): void {
  const { parent, step } = locate(root, path, 'replace');
  if (Array.isArray(parent)) parent[listIndex(step, parent.length) ?? 0] = value;
  else put(parent as Record<string, unknown>, step, value);
}

function remove(root: unknown, path: Pointer, op: string): unknown {
  const value = get(root, path, op);
  const { parent, step } = locate(root, path, op);
  if (path.steps.length === 1) throw unfit(`${op} operation does not apply: the whole object cannot be removed`);
  if (Array.isArray(parent)) parent.splice(listIndex(step, parent.length) ?? 0, 1);
  else delete (parent as Record<string, unknown>)[step];
  return value;
}

function unfit(detail: string): StatusError {
  return new StatusError('Invalid', `the server rejected our request due to an error in our request: ${detail}`);
}
