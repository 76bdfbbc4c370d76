import { dns1035LabelError, parseApiVersion } from '@kajitori/apimachinery';
import { isRecord, own } from '../walk/compiled.ts';
import type { Validate } from './run.ts';
import { shown } from './words.ts';

/** `x-kubernetes-embedded-resource`: a whole object inside another, so it must say what it is. */
export const embeddedResource: Validate = (value, run) => {
  if (!isRecord(value)) return;
  for (const key of ['apiVersion', 'kind']) {
    const text = own(value, key);
    if (text === undefined || text === '') {
      run.addError({ reason: 'FieldValueRequired', field: key, message: 'Required value: must not be empty' });
    } else if (typeof text !== 'string') {
      run.addError({ reason: 'FieldValueTypeInvalid', field: key, message: `Invalid value: ${shown(text)}: must be a string` });
    } else {
      const wrong = key === 'kind' ? dns1035LabelError(text.toLowerCase()) : apiVersionError(text);
      if (wrong !== undefined)
        run.addError({ reason: 'FieldValueInvalid', field: key, message: `Invalid value: ${shown(text)}: ${wrong}` });
    }
  }
  const metadata = own(value, 'metadata');
  if (metadata !== undefined && !isRecord(metadata)) {
    run.addError({ reason: 'FieldValueTypeInvalid', field: 'metadata', message: `Invalid value: ${shown(metadata)}: must be an object` });
  }
};

function apiVersionError(text: string): string | undefined {
  return parseApiVersion(text) === undefined ? `unexpected GroupVersion string: ${text}` : undefined;
}
