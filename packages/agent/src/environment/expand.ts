/**
 * Replaces `$(NAME)` by variables, by Kubernetes' rule (`third_party/forked/golang/expansion`): `$$` is a dollar sign, and what is not defined stays as
 * it is written.
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (written: string, _rest: string, name: string | undefined) => {
    if (name === undefined) return '$';
    return variables.get(name) ?? written;
  });
}
