/** Status belongs to its subresource: writes of the resource itself neither set nor change it. */

/** For `prepareForCreate`: a new object starts with this status, whatever the client sent. */
export function resetStatus<S>(fresh: S): (draft: { status?: S }) => void {
  return (draft) => {
    draft.status = structuredClone(fresh);
  };
}

/** For `prepareForUpdate`: the status stays as it was stored. */
export function keepStatus<S>(draft: { status?: S }, old: { status?: S }): void {
  draft.status = old.status;
}
