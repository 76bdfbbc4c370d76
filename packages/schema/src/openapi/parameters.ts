/** The query and path parameters of the Kubernetes API. */
export interface Parameter {
  name: string;
  in: 'query' | 'path';
  type: 'string' | 'integer' | 'boolean' | 'array';
  description: string;
}

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({ name, in: 'query', type, description });

const dryRun = query('dryRun', 'string', 'With "All", every check is made and nothing is stored.');
const fieldManager = query(
  'fieldManager',
  'string',
  'A name for whoever makes the change: at most 128 printable characters. An apply must give one.',
);
const fieldValidation = query(
  'fieldValidation',
  'string',
  'What to do about unknown and duplicate fields: "Ignore" drops them, "Warn" (the default) drops them and answers a warning for each, "Strict" refuses the request.',
);
const pretty = query('pretty', 'string', 'With "true", the answer is indented.');

const list: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean', 'Whether a watch may send events of type BOOKMARK, which carry only a resourceVersion.'),
  query('continue', 'string', 'The token of a page, to read the one after it. Expires within minutes.'),
  query('fieldSelector', 'string', 'Only objects whose fields are so, as in metadata.name=web.'),
  query('labelSelector', 'string', 'Only objects whose labels are so, as in app in (web, api),!canary.'),
  query('limit', 'integer', 'At most so many objects; metadata.continue of the answer leads to the rest.'),
  query('resourceVersion', 'string', 'The revision to read at or to watch from. How exactly is said by resourceVersionMatch.'),
  query('resourceVersionMatch', 'string', '"Exact" or "NotOlderThan".'),
  query('sendInitialEvents', 'boolean', 'Whether a watch begins with events for what is there, and a bookmark after them.'),
  query('timeoutSeconds', 'integer', 'How long the request may last.'),
  query('watch', 'boolean', 'Whether to follow changes instead of listing objects.'),
];
const deletion: readonly Parameter[] = [
  dryRun,
  query('gracePeriodSeconds', 'integer', 'How long the object may take to end; 0 deletes it at once.'),
  query('ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean', 'Whether an object that cannot be read may be deleted unseen.'),
  query('orphanDependents', 'boolean', 'Deprecated: use propagationPolicy.'),
  query('propagationPolicy', 'string', 'What becomes of objects that this one owns: "Orphan", "Background" or "Foreground".'),
];

/** By action, as in `x-kubernetes-action`. */
export const parametersOf: Readonly<Record<string, readonly Parameter[]>> = {
  get: [],
  list,
  post: [dryRun, fieldManager, fieldValidation],
  put: [dryRun, fieldManager, fieldValidation],
  patch: [dryRun, fieldManager, fieldValidation, query('force', 'boolean', 'Whether an apply takes over fields that others manage.')],
  delete: deletion,
  deletecollection: [...list.filter(({ name }) => name !== 'watch' && name !== 'allowWatchBookmarks'), ...deletion],
  connect: [],
};

/** Of every operation of a path. */
export function pathParameters(path: string, kind: string): Parameter[] {
  const parameters: Parameter[] = [];
  const inPath = (name: string, description: string): void => void parameters.push({ name, in: 'path', type: 'string', description });
  if (path.includes('{name}')) inPath('name', `The name of the ${kind}.`);
  if (path.includes('{namespace}')) inPath('namespace', 'The namespace of the object, and the scope of the request.');
  if (path.includes('{path}')) inPath('path', 'The path to ask of the proxied server.');
  return [...parameters, pretty];
}
