import { addQuantities, formatQuantity, parseQuantity, type Quantity } from '@kajitori/apimachinery';

/** Amounts by resource name, exact. */
export type Amounts = ReadonlyMap<string, Quantity>;

export const nothing: Quantity = { nanos: 0n, format: 'DecimalSI' };
export const one: Quantity = { nanos: 1_000_000_000n, format: 'DecimalSI' };

/** A whole number as a quantity. */
export function wholeQuantity(count: number): Quantity {
  return { nanos: BigInt(count) * one.nanos, format: 'DecimalSI' };
}

export function amountsOf(quantities: Readonly<Record<string, string>> | undefined): Map<string, Quantity> {
  return new Map(Object.entries(quantities ?? {}).map(([name, text]) => [name, parseQuantity(text) ?? nothing]));
}

export function quantityTexts(amounts: Amounts): Record<string, string> {
  return Object.fromEntries([...amounts].map(([name, quantity]) => [name, formatQuantity(quantity)]));
}

export function addTo(sum: Map<string, Quantity>, more: Amounts): void {
  for (const [name, quantity] of more) sum.set(name, addQuantities(sum.get(name) ?? nothing, quantity));
}

/** What `now` is more than `before`; nothing is less than zero. */
export function increase(now: Amounts, before: Amounts): Map<string, Quantity> {
  const more = [...now].map(([name, { nanos, format }]): [string, Quantity] => {
    const rest = nanos - (before.get(name)?.nanos ?? 0n);
    return [name, { nanos: rest > 0n ? rest : 0n, format }];
  });
  return new Map(more);
}

export function only(amounts: Amounts, names: ReadonlySet<string>): Map<string, Quantity> {
  return new Map([...amounts].filter(([name]) => names.has(name)));
}

/** As refusals print them: `pods=1,requests.cpu=500m`. */
export function amountsText(amounts: Amounts): string {
  return [...amounts]
    .map(([name, quantity]) => `${name}=${formatQuantity(quantity)}`)
    .sort()
    .join(',');
}
