import { badRequest, invalidObject, notSupported, type StatusError } from '@kajitori/apimachinery';
import type { FieldValidation } from '../negotiation/body.ts';
import type { IncludeObject } from '../negotiation/table.ts';
import type { RawListParameters } from '../registry/list-query.ts';
import type { DeleteOptions } from '../registry/delete.ts';
import type { HttpRequest } from './http-request.ts';
import { isTrue } from './request-info.ts';

/** The parameters that several verbs share, read from the query and checked. */
export function rawListParameters(query: URLSearchParams): RawListParameters {
  const read = (name: string): string | undefined => query.get(name) ?? undefined;
  return {
    labelSelector: read('labelSelector'),
    fieldSelector: read('fieldSelector'),
    limit: read('limit'),
    continue: read('continue'),
    resourceVersion: read('resourceVersion'),
    resourceVersionMatch: read('resourceVersionMatch'),
  };
}

const fieldManagerLengthMax = 128;

/** The `fieldManager` of the query, or the program that the User-Agent names. @throws StatusError BadRequest when it is too long. */
export function fieldManagerOf({ query, headers }: Pick<HttpRequest, 'query' | 'headers'>): string {
  const asked = query.get('fieldManager') ?? '';
  if (asked.length > fieldManagerLengthMax) throw badRequest(`fieldManager: Too long: may not be more than ${fieldManagerLengthMax} bytes`);
  if (asked !== '') return asked;
  return (headers.get('user-agent') ?? '').split('/')[0]?.slice(0, fieldManagerLengthMax) || 'unknown';
}

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** The kind of a request's options, by its verb; requests that read have none of these. */
const optionsKinds: Readonly<Record<string, OptionsKind>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};

/** @throws StatusError Invalid for anything but `All`. */
export function dryRunParameter(query: URLSearchParams, verb: string): boolean {
  const options = optionsKinds[verb];
  if (options === undefined) return false;
  const values = query.getAll('dryRun').filter((one) => one !== '');
  const wrong = values.find((value) => value !== 'All');
  if (wrong !== undefined) throw unsupportedOption(options, 'dryRun', wrong, ['All']);
  return values.length > 0;
}

function unsupportedOption(options: OptionsKind, field: string, value: string, supported: string[]): StatusError {
  return invalidObject({ group: 'meta.k8s.io', kind: options }, '', [notSupported(field, value, supported)]);
}

/** What a client gives a request at most, as Go writes durations. @throws StatusError BadRequest when it is none. */
export function checkTimeout(query: URLSearchParams): void {
  const timeout = query.get('timeout') ?? '';
  if (timeout === '' || /^[+-]?(0|((\d{1,20}(\.\d{0,20})?|\.\d{1,20})(ns|us|µs|μs|ms|s|m|h))+)$/.test(timeout)) return;
  throw badRequest(`invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(timeout)}`);
}

export function fieldValidationParameter(query: URLSearchParams, verb: string): FieldValidation {
  const value = query.get('fieldValidation') ?? '';
  if (value === '' || value === 'Warn') return 'Warn';
  if (value === 'Ignore' || value === 'Strict') return value;
  throw unsupportedOption(optionsKinds[verb] ?? 'CreateOptions', 'fieldValidation', value, ['Ignore', 'Strict', 'Warn']);
}

export function includeObjectParameter(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw badRequest(`includeObject: Unsupported value: ${JSON.stringify(value)}: supported values: "Metadata", "None", "Object"`);
}

/** DeleteOptions from the query; those of the body win, field by field. */
export function deleteOptions(query: URLSearchParams, body: DeleteOptions): DeleteOptions {
  const options: DeleteOptions = {};
  const grace = query.get('gracePeriodSeconds');
  if (grace !== null && grace !== '') {
    if (!/^-?\d{1,10}$/.test(grace)) throw badRequest(`gracePeriodSeconds: Invalid value: ${JSON.stringify(grace)}: must be an integer`);
    options.gracePeriodSeconds = Number(grace);
  }
  const policy = query.get('propagationPolicy');
  if (policy !== null && policy !== '') options.propagationPolicy = policy as 'Orphan';
  const orphan = query.get('orphanDependents');
  if (orphan !== null && orphan !== '') options.orphanDependents = isTrue(orphan);
  const merged = { ...options, ...body };
  const { propagationPolicy } = merged;
  if (propagationPolicy !== undefined && !['Orphan', 'Background', 'Foreground'].includes(propagationPolicy)) {
    throw unsupportedOption('DeleteOptions', 'propagationPolicy', propagationPolicy, ['Background', 'Foreground', 'Orphan', 'nil']);
  }
  return merged;
}
