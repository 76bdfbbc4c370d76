import { parseApiVersion } from '@kajitori/apimachinery';
import { type Kind, kindOf, subresourceKinds } from '@kajitori/kinds';

/** The kind that `v1/Binding` or `autoscaling/v1/Scale` names: of a resource, or of what only subresources take. */
export function kindOfText(text: string): Kind | undefined {
  const slash = text.lastIndexOf('/');
  const gv = parseApiVersion(text.slice(0, slash));
  if (gv === undefined) return undefined;
  const gvk = { ...gv, kind: text.slice(slash + 1) };
  return kindOf(gvk) ?? subresourceKinds.find((one) => one.group === gvk.group && one.version === gvk.version && one.kind === gvk.kind);
}
