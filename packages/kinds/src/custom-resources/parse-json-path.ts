/** One step of a JSONPath. */
export type PathStep =
  | { type: 'field'; name: string }
  | { type: 'index'; index: number }
  | { type: 'slice'; from: number | undefined; to: number | undefined; step: number }
  | { type: 'wildcard' }
  | { type: 'recursive' }
  | { type: 'union'; steps: PathStep[] }
  | { type: 'filter'; left: FilterOperand; operator: FilterOperator | undefined; right: FilterOperand | undefined };

export type FilterOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
/** A path from the item that is looked at, or a literal. */
export type FilterOperand = { steps: PathStep[] } | { value: unknown };

const lengthMax = 4096;

/** @throws SyntaxError that says what cannot be read and where. */
export function parseJsonPath(text: string): PathStep[] {
  if (text.length > lengthMax) throw new SyntaxError(`the path is longer than ${lengthMax} characters`);
  const reader = new PathReader(text);
  const steps = reader.steps();
  if (!reader.atEnd) throw reader.error('is not expected here');
  return steps;
}

class PathReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  error(what: string): SyntaxError {
    return new SyntaxError(
      `${this.atEnd ? 'the end of the path' : JSON.stringify(this.#text.slice(this.#at, this.#at + 16))} ${what} (at ${this.#at})`,
    );
  }

  steps(): PathStep[] {
    const steps: PathStep[] = [];
    this.#take('$');
    for (;;) {
      if (this.#take('..')) {
        steps.push({ type: 'recursive' });
        if (!this.atEnd && this.#peek() !== '[') steps.push(this.#afterDot());
      } else if (this.#take('.')) {
        if (this.atEnd && steps.length === 0) return steps;
        if (this.#peek() !== '[') steps.push(this.#afterDot());
      } else if (this.#take('[')) steps.push(this.#bracket());
      else return steps;
    }
  }

  #afterDot(): PathStep {
    if (this.#take('*')) return { type: 'wildcard' };
    const name = this.#word();
    if (name === '') throw this.error('is no name of a field');
    return { type: 'field', name };
  }

  /** A name up to the next dot, bracket, space or operator; a backslash takes the next character as it is. */
  #word(): string {
    let word = '';
    while (!this.atEnd && !/[.[\]\s()=!<>,'"|&]/.test(this.#peek())) {
      if (this.#take('\\') && this.atEnd) throw this.error('follows a backslash');
      word += this.#next();
    }
    return word;
  }

  #bracket(): PathStep {
    this.#spaces();
    if (this.#take('?(')) return this.#filter();
    const steps: PathStep[] = [];
    do {
      this.#spaces();
      steps.push(this.#element());
      this.#spaces();
    } while (this.#take(','));
    if (!this.#take(']')) throw this.error('does not close the bracket');
    const [only] = steps;
    return steps.length === 1 && only !== undefined ? only : { type: 'union', steps };
  }

  #element(): PathStep {
    if (this.#take('*')) return { type: 'wildcard' };
    const quote = this.#peek();
    if (quote === "'" || quote === '"') return { type: 'field', name: this.#quoted() };
    const match = this.#match(/-?\d*(?::-?\d*){0,2}/y);
    if (match === '') throw this.error('is neither an index, a slice nor a quoted name');
    const parts = match.split(':').map((part) => (part === '' || part === '-' ? undefined : Number(part)));
    if (parts.length === 1) return { type: 'index', index: parts[0] ?? 0 };
    const [from, to, step = 1] = parts;
    if (step < 1) throw this.error('steps backwards');
    return { type: 'slice', from, to, step };
  }

  #filter(): PathStep {
    const left = this.#operand();
    this.#spaces();
    const operator = this.#match(/==|!=|<=|>=|<|>/y) as FilterOperator | '';
    const right = operator === '' ? undefined : this.#operand();
    this.#spaces();
    if (!this.#take(')')) throw this.error('does not end the filter');
    if (!this.#take(']')) throw this.error('does not close the bracket');
    return { type: 'filter', left, operator: operator === '' ? undefined : operator, right };
  }

  #operand(): FilterOperand {
    this.#spaces();
    if (this.#take('@')) return { steps: this.steps() };
    const quote = this.#peek();
    if (quote === "'" || quote === '"') return { value: this.#quoted() };
    const number = this.#match(/-?\d+(?:\.\d+)?/y);
    if (number !== '') return { value: Number(number) };
    const word = this.#word();
    if (word === 'true' || word === 'false') return { value: word === 'true' };
    throw this.error('is neither a path, a text, a number nor a truth value');
  }

  #quoted(): string {
    const quote = this.#next();
    let text = '';
    while (!this.atEnd && this.#peek() !== quote) {
      this.#take('\\');
      text += this.#next();
    }
    if (!this.#take(quote)) throw this.error('does not end the quoted text');
    return text;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #spaces(): void {
    this.#match(/\s*/y);
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #next(): string {
    const character = this.#peek();
    this.#at += 1;
    return character;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}
