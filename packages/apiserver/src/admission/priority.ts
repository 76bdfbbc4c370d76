import { forbidden } from '@kajitori/apimachinery';
import { type Pod, pods, priorityClasses } from '@kajitori/kinds';
import { groupResourceOf } from '../call.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { isNewOf, isOf } from './is-of.ts';
import type { PolicySource } from './policy-source.ts';

const usual = { name: '', value: 0, preemptionPolicy: 'PreemptLowerPriority' };

/** Gives pods the number of their PriorityClass, and sees to it that at most one class is everyone's default. */
export function priority(policies: PolicySource): AdmissionPlugin {
  return {
    name: 'Priority',
    handles: (request) => request.operation !== 'DELETE' && (isOf(pods, request) || isOf(priorityClasses, request)),

    async mutate(request) {
      if (isNewOf(pods, request)) return prioritize(policies, request);
      const { object, old } = request;
      if (!isOf(pods, request) || old === undefined) return;
      const [spec, before] = [(object as Pod).spec, (old as Pod).spec];
      if (before.priority !== undefined) spec.priority ??= before.priority;
      if (before.preemptionPolicy !== undefined) spec.preemptionPolicy ??= before.preemptionPolicy;
    },

    async validate({ call, object }) {
      if (call.kind !== (priorityClasses as unknown) || object?.['globalDefault'] !== true) return;
      const other = (await policies.read(call, priorityClasses)).find(
        ({ metadata, globalDefault }) => globalDefault === true && metadata.name !== object.metadata.name,
      );
      if (other === undefined) return;
      const why = `PriorityClass ${other.metadata.name ?? ''} is already marked as default. Only one default can exist`;
      throw forbidden(groupResourceOf(call.kind), object.metadata.name ?? '', why);
    },
  };
}

async function prioritize(policies: PolicySource, { call, object }: AdmissionRequest): Promise<void> {
  const { metadata, spec } = object as Pod;
  const refuse = (why: string): never => {
    throw forbidden(groupResourceOf(call.kind), metadata.name ?? '', why);
  };
  const asked = spec.priorityClassName ?? '';
  const classes = await policies.all(call, priorityClasses);
  const defaults = classes.filter(({ globalDefault }) => globalDefault === true).sort((a, b) => (a.value ?? 0) - (b.value ?? 0));
  const chosen = asked === '' ? defaults[0] : classes.find((one) => one.metadata.name === asked);
  if (asked !== '' && chosen === undefined) refuse(`no PriorityClass with name ${asked} was found`);
  const name = chosen?.metadata.name ?? usual.name;
  const value = chosen?.value ?? usual.value;
  const preemptionPolicy = chosen?.preemptionPolicy ?? usual.preemptionPolicy;
  const computed = (what: string, given: unknown, own: unknown): never =>
    refuse(
      `the ${what} (${String(given)}) must not be provided in pod spec; priority admission controller computed ${String(own)} from the given PriorityClass name`,
    );
  if (spec.priority !== undefined && spec.priority !== value) computed('integer value of priority', spec.priority, value);
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    computed('string value of PreemptionPolicy', spec.preemptionPolicy, preemptionPolicy);
  }
  if (name !== '') spec.priorityClassName = name;
  spec.priority = value;
  spec.preemptionPolicy = preemptionPolicy as Pod['spec']['preemptionPolicy'];
}
