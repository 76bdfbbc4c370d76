/** Field paths are built on the way back up, so that a walk which finds nothing spends nothing on them. */

/** `spec` and `replicas` are `spec.replicas`; `ports` and `[0].name` are `ports[0].name`. */
export function joinPath(head: string, rest: string): string {
  if (rest === '') return head;
  return head === '' || rest.startsWith('[') ? head + rest : `${head}.${rest}`;
}
