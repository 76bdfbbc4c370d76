/**
 * Offsets of IANA time zones, from the runtime's own database (Intl), as spans of constant offset.
 * Asking Intl costs about a microsecond a question, so each year of a zone is asked once and kept.
 */

/** `[start, end)` in milliseconds since the epoch, in which local time is UTC plus the offset. */
export interface OffsetSpan {
  readonly start: number;
  readonly end: number;
  readonly offsetMilliseconds: number;
}

export const defaultTimeZone = 'Etc/UTC';

/** Names that the runtime knows from Java's past but the IANA database does not. */
const notIana = new Set('ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'.split(' '));

/** Each part of an IANA name starts with a capital: that refuses `asia/tokyo`, as Kubernetes does, and offsets such as `+09:00`. */
const ianaForm = /^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)*$/;

const nameLengthMax = 64;

/** Whether this is the name of an IANA time zone, in its own spelling. */
export function isTimeZone(name: string): boolean {
  if (name.length > nameLengthMax || !ianaForm.test(name) || notIana.has(name) || name.startsWith('SystemV/')) return false;
  return zoneOf(name) !== undefined;
}

/** What is wrong with a CronJob's `spec.timeZone`, in Kubernetes' words; undefined when nothing is. */
export function timeZoneError(name: string): string | undefined {
  if (name === '') return 'timeZone must be nil or non-empty string';
  if (name.toLowerCase() === 'local') return 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
  return isTimeZone(name) ? undefined : `unknown time zone ${name}`;
}

/**
 * The span of constant offset that holds an instant.
 * @throws RangeError for a name that is no time zone.
 */
export function offsetSpanAt(name: string, instant: number): OffsetSpan {
  const zone = zoneOf(name);
  if (zone === undefined) throw new RangeError(`unknown time zone ${name}`);
  return zone.spanAt(instant);
}

const dayMilliseconds = 86_400_000;
/** No zone has held two transitions within this many days of one another and come back to the same offset. */
const probeMilliseconds = 5 * dayMilliseconds;
/** There are about 600 names; a bound keeps a caller's mistakes from growing the cache. */
const zonesMax = 1024;
/** Spans of a year and its neighbours are kept; far more years than any schedule looks at. */
const yearsMax = 64;

const zones = new Map<string, Zone>();
const unknownNames = new Set<string>();

function zoneOf(name: string): Zone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (unknownNames.has(name)) return undefined;
  try {
    const zone = new Zone(name);
    if (zones.size >= zonesMax) zones.clear();
    zones.set(name, zone);
    return zone;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    if (unknownNames.size >= zonesMax) unknownNames.clear();
    unknownNames.add(name);
    return undefined;
  }
}

class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #years = new Map<number, OffsetSpan[]>();
  #last: OffsetSpan | undefined;

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  spanAt(instant: number): OffsetSpan {
    const last = this.#last;
    if (last !== undefined && instant >= last.start && instant < last.end) return last;
    const spans = this.#spansOf(new Date(instant).getUTCFullYear());
    const span = spans.find((one) => instant < one.end);
    if (span === undefined) throw new RangeError(`no offset at ${instant}`);
    this.#last = span;
    return span;
  }

  #spansOf(year: number): OffsetSpan[] {
    const known = this.#years.get(year);
    if (known !== undefined) return known;
    const spans = this.#findSpans(Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
    if (this.#years.size >= yearsMax) this.#years.clear();
    this.#years.set(year, spans);
    return spans;
  }

  #findSpans(from: number, to: number): OffsetSpan[] {
    const spans: OffsetSpan[] = [];
    let start = from;
    let offsetMilliseconds = this.#offsetAt(from);
    for (let probe = from; probe < to;) {
      const next = Math.min(probe + probeMilliseconds, to);
      if (this.#offsetAt(next) === offsetMilliseconds) {
        probe = next;
        continue;
      }
      const end = this.#transition(probe, next, offsetMilliseconds);
      spans.push({ start, end, offsetMilliseconds });
      start = end;
      offsetMilliseconds = this.#offsetAt(end);
      probe = end;
    }
    if (start < to) spans.push({ start, end: to, offsetMilliseconds });
    return spans;
  }

  /** First instant in (low, high] whose offset is another; transitions fall on whole seconds. */
  #transition(low: number, high: number, offsetMilliseconds: number): number {
    let [before, after] = [low / 1000, high / 1000];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#offsetAt(middle * 1000) === offsetMilliseconds) before = middle;
      else after = middle;
    }
    return after * 1000;
  }

  #offsetAt(instant: number): number {
    const match = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(this.#format.format(instant));
    if (match === null) throw new RangeError(`unreadable offset of ${this.#format.resolvedOptions().timeZone}`);
    const seconds = Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
    return (match[1] === '-' ? -seconds : seconds) * 1000;
  }
}
