import type { PodTemplateSpec } from '@kajitori/kinds';
import { canonicalText } from '../runtime/same-content.ts';

export const templateHashLabel = 'pod-template-hash';

/** Digits without vowels and look-alikes, so that no hash spells a word: Kubernetes' SafeEncodeString. */
const safeAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Names a template: FNV-1a of its canonical text and the number of collisions met so far. */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  let hash = 0x811c9dc5;
  const text = `${canonicalText(template)}${collisionCount ?? ''}`;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return String(hash >>> 0).replace(/./g, (digit) => safeAlphabet[digit.charCodeAt(0) % safeAlphabet.length] ?? '');
}

/** Whether two templates make the same pods: equal but for the hash label that a ReplicaSet's carries. */
export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return canonicalText(withoutHash(a)) === canonicalText(withoutHash(b));
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [templateHashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}
