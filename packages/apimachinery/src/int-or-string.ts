/** `intstr.IntOrString`: a number, or text such as `25%` or a port's name. */
export type IntOrString = number | string;

/** The count that a number or percentage means of `total`. Undefined for text that is neither. */
export function scaledValue(value: IntOrString, total: number, round: 'up' | 'down'): number | undefined {
  if (typeof value === 'number') return value;
  const match = /^(\d+)%$/.exec(value);
  if (match === null) return undefined;
  const exact = (Number(match[1]) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
