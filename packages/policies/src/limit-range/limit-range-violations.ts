import { compareQuantities, formatQuantity, milliValue, parseQuantity, type Quantity } from '@kajitori/apimachinery';
import type { LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '@kajitori/kinds';
import { type Amounts, amountsOf } from '../quota/amounts.ts';
import { podLimits, podRequests } from '../quota/pod-totals.ts';

interface Asked {
  requests: Amounts;
  limits: Amounts;
}

/** What limit ranges refuse of a pod: of each of its containers, and of all of them together. Rule: Kubernetes' LimitRanger. */
export function podLimitViolations(limitRanges: readonly LimitRange[], pod: Pod): string[] {
  const each = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ resources }): Asked => ({
    requests: amountsOf(resources?.requests),
    limits: amountsOf(resources?.limits),
  }));
  const whole: Asked = { requests: podRequests(pod), limits: podLimits(pod) };
  return itemsOf(limitRanges).flatMap((item) => {
    if (item.type === 'Container') return each.flatMap((asked) => itemViolations(item, asked));
    return item.type === 'Pod' ? itemViolations(item, whole) : [];
  });
}

/** A claim has requests only. */
export function claimLimitViolations(limitRanges: readonly LimitRange[], { spec }: PersistentVolumeClaim): string[] {
  const asked: Asked = { requests: amountsOf(spec.resources?.requests), limits: new Map() };
  return itemsOf(limitRanges).flatMap((item) => {
    if (item.type !== 'PersistentVolumeClaim') return [];
    return bounds(item.min)
      .flatMap((bound) => tooLittle(item.type, bound, asked))
      .concat(bounds(item.max).flatMap((bound) => tooMuchAsked(item.type, bound, asked)));
  });
}

function itemsOf(limitRanges: readonly LimitRange[]): LimitRangeItem[] {
  return limitRanges.flatMap(({ spec }) => spec.limits);
}

function itemViolations(item: LimitRangeItem, asked: Asked): string[] {
  return [
    ...bounds(item.min).flatMap((bound) => tooLittle(item.type, bound, asked)),
    ...bounds(item.max).flatMap((bound) => tooMuch(item.type, bound, asked)),
    ...bounds(item.maxLimitRequestRatio).flatMap((bound) => tooFarApart(item.type, bound, asked)),
  ];
}

interface Bound {
  name: string;
  text: string;
  quantity: Quantity;
}

function bounds(list: Record<string, string> | undefined): Bound[] {
  return Object.entries(list ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => ({ name, text, quantity: parseQuantity(text) ?? { nanos: 0n, format: 'DecimalSI' } }));
}

function tooLittle(type: string, { name, text, quantity }: Bound, { requests, limits }: Asked): string[] {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const words = `minimum ${name} usage per ${type} is ${text}`;
  if (request === undefined) return [`${words}.  No request is specified`];
  if (compareQuantities(request, quantity) < 0) return [`${words}, but request is ${formatQuantity(request)}`];
  return limit !== undefined && compareQuantities(limit, quantity) < 0 ? [`${words}, but limit is ${formatQuantity(limit)}`] : [];
}

function tooMuch(type: string, bound: Bound, asked: Asked): string[] {
  const [request, limit] = [asked.requests.get(bound.name), asked.limits.get(bound.name)];
  const words = `maximum ${bound.name} usage per ${type} is ${bound.text}`;
  if (limit === undefined) return [`${words}.  No limit is specified`];
  if (compareQuantities(limit, bound.quantity) > 0) return [`${words}, but limit is ${formatQuantity(limit)}`];
  return request === undefined ? [] : tooMuchAsked(type, bound, asked);
}

function tooMuchAsked(type: string, { name, text, quantity }: Bound, { requests }: Asked): string[] {
  const request = requests.get(name);
  const words = `maximum ${name} usage per ${type} is ${text}`;
  if (request === undefined) return [`${words}.  No request is specified`];
  return compareQuantities(request, quantity) > 0 ? [`${words}, but request is ${formatQuantity(request)}`] : [];
}

function tooFarApart(type: string, { name, text }: Bound, { requests, limits }: Asked): string[] {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const words = `${name} max limit to request ratio per ${type} is ${text}`;
  if (request === undefined || request.nanos === 0n) return [`${words}, but no request is specified or request is 0`];
  if (limit === undefined || limit.nanos === 0n) return [`${words}, but no limit is specified or limit is 0`];
  const ratio = Number(limit.nanos) / Number(request.nanos);
  return ratio > milliValue(text) / 1000 ? [`${words}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}
