/** How an image is named: `[REGISTRY/]REPOSITORY[:TAG][@DIGEST]`, by the grammar of the distribution project. */
export interface ImageReference {
  /** `docker.io` when none is written. */
  registry: string;
  repository: string;
  tag?: string;
  digest?: string;
}

const maxReferenceLength = 4096;
const domain = String.raw`(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?`;
const registryForm = new RegExp(`^${domain}$`);
const pathForm = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const tagForm = /^[\w][\w.-]{0,127}$/;
const digestForm = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Undefined when the text names no image. */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text === '' || text.length > maxReferenceLength) return undefined;
  const [named = '', digest, ...rest] = text.split('@');
  if (rest.length > 0 || (digest !== undefined && !digestForm.test(digest))) return undefined;
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !tagForm.test(tag)) return undefined;
  const { registry, repository } = splitRegistry(hasTag ? named.slice(0, colon) : named);
  if (!registryForm.test(registry) || !repository.split('/').every((part) => pathForm.test(part))) return undefined;
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

function splitRegistry(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isRegistry = first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase();
  if (isRegistry) return { registry: first, repository: name.slice(slash + 1) };
  return { registry: 'docker.io', repository: slash === -1 ? `library/${name}` : name };
}

/** `Always` for what may change under its name, as the API server defaults it. */
export function defaultPullPolicy(text: string): 'Always' | 'IfNotPresent' {
  const reference = parseImageReference(text);
  const moves = reference?.digest === undefined && (reference?.tag === undefined || reference.tag === 'latest');
  return moves ? 'Always' : 'IfNotPresent';
}
