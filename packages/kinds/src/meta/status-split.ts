/** Status belongs to its subresource: writes of the resource itself neither set nor change it. */

interface WithStatus {
  status?: unknown;
}

/** For `prepareForCreate`: a new object starts with this status, whatever the client sent. */
export function resetStatus(fresh: object): (draft: WithStatus) => void {
  return (draft) => {
    draft.status = structuredClone(fresh);
  };
}

/** For `prepareForUpdate`: the status stays as it was stored. */
export function keepStatus(draft: WithStatus, old: WithStatus): void {
  draft.status = old.status;
}
