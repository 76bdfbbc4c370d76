import { isRecord, own, put } from '../walk/compiled.ts';
import { checkDepth } from '../walk/depth.ts';
import { copyJson } from './copy.ts';

/**
 * JSON merge patch (RFC 7386): objects merge, null removes, all else replaces. The result shares nothing with the inputs.
 * @throws StatusError BadRequest when the patch nests too deeply.
 */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  checkDepth(patch, 'the patch');
  return merged(copyJson(document), patch);
}

/** Changes and returns `target`, which is the caller's own. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return copyJson(patch);
  const result = isRecord(target) ? target : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete result[key];
    else put(result, key, merged(own(result, key), value));
  }
  return result;
}
