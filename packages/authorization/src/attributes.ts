/** What someone wants to do, as authorizers see it (`authorizer.Attributes`). */
export interface Attributes {
  user: Subject;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; for paths the HTTP method in lower case. */
  verb: string;
  /** Set for a resource request. */
  resource?: { group: string; resource: string; subresource: string; namespace: string; name: string };
  /** Set for anything else: `/version`, `/openapi/v3`. */
  path?: string;
}

export interface Subject {
  name: string;
  groups: readonly string[];
}

export interface Decision {
  allowed: boolean;
  /** For audit and for the message of a refusal; may be empty. */
  reason: string;
}

/** Kubernetes' sentence for a refusal, without the resource's name in front. */
export function refusalText({ user, verb, resource, path }: Attributes): string {
  if (resource === undefined) return `User "${user.name}" cannot ${verb} path "${path ?? ''}"`;
  const what = resource.subresource === '' ? resource.resource : `${resource.resource}/${resource.subresource}`;
  const where = resource.namespace === '' ? 'at the cluster scope' : `in the namespace "${resource.namespace}"`;
  return `User "${user.name}" cannot ${verb} resource "${what}" in API group "${resource.group}" ${where}`;
}
