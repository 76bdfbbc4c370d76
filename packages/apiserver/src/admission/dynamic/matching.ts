import { type KubeObject, type LabelSelector, matchesLabels, type LabelSelectorObject, selectorOf } from '@kajitori/apimachinery';
import type { Expression, Kind, NamedRuleWithOperations, RuleWithOperations } from '@kajitori/kinds';
import type { AdmissionRequest } from '../admission.ts';
import { type Attributes, isNamespace } from './attributes.ts';
import type { EquivalentKinds } from './equivalents.ts';
import type { Input } from './input.ts';
import { matchesRule, type RuleSubject } from './rules.ts';

/** Which requests a webhook, policy or binding is for, read once from its object. */
export interface Match {
  rules: readonly (RuleWithOperations & NamedRuleWithOperations)[];
  excludeRules: readonly NamedRuleWithOperations[];
  /** Also requests for another version of a resource that a rule names. */
  equivalent: boolean;
  /** Undefined: all namespaces; else those with such labels. */
  namespaceSelector: LabelSelector | undefined;
  objectSelector: LabelSelector | undefined;
}

export interface MatchSource {
  rules?: readonly RuleWithOperations[];
  resourceRules?: readonly NamedRuleWithOperations[];
  excludeResourceRules?: readonly NamedRuleWithOperations[];
  matchPolicy?: string;
  namespaceSelector?: LabelSelectorObject;
  objectSelector?: LabelSelectorObject;
}

export function matchOf(source: MatchSource): Match {
  return {
    rules: source.rules ?? source.resourceRules ?? [],
    excludeRules: source.excludeResourceRules ?? [],
    equivalent: source.matchPolicy !== 'Exact',
    namespaceSelector: selectingOf(source.namespaceSelector),
    objectSelector: selectingOf(source.objectSelector),
  };
}

/** An empty selector chooses everything, so it need not be asked. */
function selectingOf(selector: LabelSelectorObject | undefined): LabelSelector | undefined {
  const terms = selectorOf(selector);
  return terms === undefined || terms.length === 0 ? undefined : terms;
}

const everything = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }];

/** What matching needs of the world. */
export interface MatchContext {
  request: AdmissionRequest;
  attributes: Attributes;
  equivalents: EquivalentKinds;
  /** The request's namespace; undefined where there is none. */
  namespace: () => Promise<KubeObject | undefined>;
  /** The request with its objects in the kind in which it is to be shown. */
  as: (shown: Kind) => Promise<Attributes>;
  /** An object that was shown, in the kind of the request again. */
  back: (object: KubeObject, shown: Kind) => Promise<KubeObject>;
  /** What expressions see of it, in the kind in which it is to be shown; reads only what one of them names. */
  input: (shown: Kind, expressions: readonly Expression[]) => Promise<Input>;
}

/** The kind in which the request is to be shown, or undefined when it is not meant. Rules alone decide when there are no selectors. */
export async function matchedKind(match: Match, context: MatchContext): Promise<Kind | undefined> {
  const kind = await kindByRules(match, context);
  if (kind === undefined || !matchesObject(match, context.attributes)) return undefined;
  return (await matchesNamespace(match, context)) ? kind : undefined;
}

/** For bindings of policies: no rules mean all resources. */
export async function matchesRequest(match: Match, context: MatchContext): Promise<boolean> {
  return (await matchedKind(match.rules.length === 0 ? { ...match, rules: everything } : match, context)) !== undefined;
}

async function kindByRules(match: Match, { request, attributes, equivalents }: MatchContext): Promise<Kind | undefined> {
  const { rules, excludeRules, equivalent } = match;
  const { kind } = request.call;
  const kinds = equivalent ? [kind, ...(await equivalents(request.call.cluster, kind))] : [kind];
  const covers = (rule: NamedRuleWithOperations, one: Kind): boolean => matchesRule(rule, subjectOf(attributes, one));
  if (excludeRules.some((rule) => kinds.some((one) => covers(rule, one)))) return undefined;
  if (rules.some((rule) => covers(rule, kind))) return kind;
  for (const rule of rules) {
    const found = kinds.find((one) => covers(rule, one));
    if (found !== undefined) return found;
  }
  return undefined;
}

function subjectOf({ operation, subresource, name }: Attributes, kind: Kind): RuleSubject {
  const { group, version, plural: resource, namespaced } = kind;
  return { operation, resource: { group, version, resource }, subresource, clusterScoped: !namespaced, name };
}

function matchesObject({ objectSelector }: Match, { object, oldObject }: Attributes): boolean {
  if (objectSelector === undefined) return true;
  const chosen = (one: KubeObject | undefined): boolean =>
    one?.metadata !== undefined && matchesLabels(objectSelector, one.metadata.labels);
  return chosen(object) || chosen(oldObject);
}

/** A Namespace is chosen by its own labels, what is in none by all. */
async function matchesNamespace({ namespaceSelector }: Match, { request, attributes, namespace }: MatchContext): Promise<boolean> {
  if (namespaceSelector === undefined || attributes.namespace === '') return true;
  const { object, oldObject, subresource } = attributes;
  if (isNamespace(request.call.kind) && subresource === '') return matchesLabels(namespaceSelector, (object ?? oldObject)?.metadata.labels);
  return matchesLabels(namespaceSelector, (await namespace())?.metadata.labels);
}
