import { badRequest } from '@kajitori/apimachinery';
import { measure, tooDeep } from '../walk/depth.ts';
import { countKeys, duplicatePaths } from './duplicate-keys.ts';

export interface DecodedJson {
  value: unknown;
  /** Paths of keys that stand twice in one object, as in `spec.containers[0].image`. The last one's value counts. */
  duplicates: string[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses strict JSON and finds duplicate keys. Without duplicates it costs JSON.parse and one pass over the text: there
 * are as many keys in the text as in the value, and the slow search for paths runs only when there are more.
 * @throws StatusError BadRequest for what is not UTF-8, not JSON, or nested too deeply.
 */
export function decodeJson(text: string | Uint8Array): DecodedJson {
  const source = typeof text === 'string' ? text : decodeUtf8(text);
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badRequest(`couldn't get version/kind; json parse error: ${why}`, error);
  }
  const { keys, tooDeep: deep } = measure(value);
  if (deep) throw tooDeep('the JSON document');
  return { value, duplicates: countKeys(source) === keys ? [] : duplicatePaths(source) };
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw badRequest('json parse error: the body of the request is not valid UTF-8', error);
  }
}
