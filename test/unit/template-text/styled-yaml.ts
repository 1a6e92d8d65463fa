import { isList, isObject, type Json, type JsonObject } from '../../../core/json.ts';

/**
 * Prints a value as YAML in the ways that people write it: block and flow, short tags, quotes, block scalars, anchors
 * and aliases, comments, blank lines, odd indentation, CRLF, no line break at the end.
 *
 * @param tape numbers that decide, one after another and over again; all zero, the plainest way
 */
export function styledYaml(value: JsonObject, tape: readonly number[]): string {
  return new Printer(tape).whole(value);
}

const shortTags = ['Ref', 'Fn::If', 'Fn::Sub', 'Fn::ImportValue', 'Fn::Equals'];

class Printer {
  readonly #tape: readonly number[];
  /** What each anchor stands for now; a name may be taken anew. */
  readonly #anchors = new Map<string, string>();
  /** Whether the last line is one of a block scalar that counts the line breaks behind it. */
  #isOpen = false;
  #at = 0;
  #comments = 0;

  constructor(tape: readonly number[]) {
    this.#tape = tape;
  }

  /** True for one in `often`; false where the tape is 0. */
  #maybe(often: number): boolean {
    this.#at += 1;
    const number = this.#tape[this.#at % this.#tape.length] ?? 0;
    return number !== 0 && (number * 31 + this.#at) % often === 0;
  }

  #comment(): string {
    this.#comments += 1;
    return `# c${this.#comments} it's "so": {a, [b] &c *d !e`;
  }

  whole(value: JsonObject): string {
    const head = `${this.#maybe(4) ? `${this.#comment()}\n` : ''}${this.#maybe(4) ? '---\n' : ''}`;
    const body = this.#map(value, this.#maybe(9) ? '  ' : '');
    const foot = this.#maybe(6) ? `${this.#comment()}\n` : this.#maybe(9) ? '...\n' : '';
    const text = head + body + foot;
    const ended = foot === '' && !this.#isOpen && this.#maybe(3) ? text.replace(/\n+$/, '') : text;
    return this.#maybe(3) ? ended.replaceAll('\n', '\r\n') : ended;
  }

  /** A block map, every line of it with its line break. */
  #map(value: JsonObject, indent: string, first = indent): string {
    return Object.entries(value)
      .map(([key, each], index) => {
        const isInline = index === 0 && first !== indent;
        const above = isInline ? '' : this.#above(indent);
        return `${above}${index === 0 ? first : indent}${this.#name(key)}:${this.#behind(each, indent)}`;
      })
      .join('');
  }

  #list(value: readonly Json[], indent: string): string {
    return value
      .map((each) => {
        const above = this.#above(indent);
        const isMap = isObject(each) && Object.keys(each).length > 0 && tagOf(each) === undefined;
        if (isMap && this.#maybe(2)) return above + this.#map(each, `${indent}  `, `${indent}- `);
        return `${above}${indent}-${this.#behind(each, indent, false)}`;
      })
      .join('');
  }

  #above(indent: string): string {
    return `${!this.#isOpen && this.#maybe(9) ? '\n' : ''}${this.#maybe(6) ? `${indent}${this.#comment()}\n` : ''}`;
  }

  /** What stands behind a colon or a dash, to the end of the last line. */
  #behind(value: Json, indent: string, isInMap = true): string {
    this.#isOpen = false;
    const remark = () => (this.#maybe(5) ? `${this.#maybe(2) ? '   ' : ' '}${this.#comment()}\n` : '\n');
    const alias = this.#alias(value);
    if (alias !== undefined) return ` ${alias}${remark()}`;
    const anchor = this.#anchor(value);
    const tag = this.#tag(value);
    const inner = tag === undefined || !isObject(value) ? value : (Object.values(value)[0] ?? null);
    const lead = anchor + (tag === undefined ? '' : ` ${tag}`);
    const deeper = `${indent}${this.#maybe(5) ? '   ' : this.#maybe(7) ? '    ' : '  '}`;
    if (inner === null && lead === '' && this.#maybe(2)) return remark();
    if (typeof inner === 'string' && this.#maybe(4)) {
      const block = this.#blockScalar(inner, deeper, lead);
      if (block !== undefined) return block;
    }
    const isCollection = isObject(inner) ? Object.keys(inner).length > 0 : isList(inner) && inner.length > 0;
    if (!isCollection || this.#maybe(4)) return `${lead} ${this.#flow(inner, deeper)}${remark()}`;
    if (isList(inner)) {
      const isFlush = isInMap && this.#maybe(3);
      return `${lead}${remark()}${this.#list(inner, isFlush ? indent : deeper)}`;
    }
    return isObject(inner) ? `${lead}${remark()}${this.#map(inner, deeper)}` : '';
  }

  #blockScalar(text: string, indent: string, lead: string): string | undefined {
    if (/^\s|^$|[^\n -~]|\s\n| $/.test(text) || text === '\n') return undefined;
    const chomp = text.endsWith('\n') ? (this.#maybe(2) ? '+' : '') : '-';
    this.#isOpen = chomp !== '-';
    const lines = text.replace(/\n$/, '').split('\n');
    const sign = lines.length === 1 && this.#maybe(2) ? '>' : '|';
    const remark = this.#maybe(4) ? ` ${this.#comment()}` : '';
    return `${lead} ${sign}${chomp}${remark}\n${lines.map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join('')}`;
  }

  #flow(value: Json, indent: string): string {
    if (!isObject(value) && !isList(value)) return this.#scalar(value);
    const items = isList(value)
      ? value.map((each) => this.#inFlow(each, indent))
      : Object.entries(value).map(([key, each]) => `${this.#name(key)}: ${this.#inFlow(each, indent)}`);
    const [open, close] = isList(value) ? ['[', ']'] : ['{', '}'];
    if (items.length === 0) return `${open}${this.#maybe(4) ? ' ' : ''}${close}`;
    if (!this.#maybe(3))
      return this.#maybe(2) ? `${open}${items.join(',')}${close}` : `${open} ${items.join(', ')} ${close}`;
    const comma = this.#maybe(3) ? ',' : '';
    const lines = items.map((item, index) => {
      const end = index < items.length - 1 ? ',' : comma;
      return `${indent}  ${item}${end}${this.#maybe(4) ? ` ${this.#comment()}` : ''}\n`;
    });
    return `${open}\n${lines.join('')}${indent}${close}`;
  }

  #inFlow(value: Json, indent: string): string {
    const alias = this.#alias(value);
    // A comma may stand in an alias's name.
    if (alias !== undefined) return `${alias} `;
    const anchor = this.#anchor(value);
    const tag = this.#tag(value);
    const inner = tag === undefined || !isObject(value) ? value : (Object.values(value)[0] ?? null);
    return `${[anchor.trim(), tag].filter(Boolean).join(' ')} ${this.#flow(inner, indent)}`.trimStart();
  }

  #alias(value: Json): string | undefined {
    const json = JSON.stringify(value);
    const name = [...this.#anchors].find(([, known]) => known === json)?.[0];
    return name !== undefined && this.#maybe(2) ? `*${name}` : undefined;
  }

  #anchor(value: Json): string {
    if (value === null || !this.#maybe(5)) return '';
    const name = ['one', 'two', 'three'][this.#at % 3] ?? 'one';
    this.#anchors.set(name, JSON.stringify(value));
    return ` &${name}`;
  }

  /** The short tag of an intrinsic; one directly inside another has none. */
  #tag(value: Json): string | undefined {
    const tag = tagOf(value);
    if (tag === undefined || !isObject(value)) return undefined;
    const [inner = null] = Object.values(value);
    return inner === null || !this.#maybe(2) ? undefined : tag;
  }

  #name(key: string): string {
    return this.#maybe(8) ? JSON.stringify(key) : /^[\w:]+$/.test(key) && !this.#maybe(9) ? key : `'${key}'`;
  }

  #scalar(value: string | number | boolean | null): string {
    if (value === null) return this.#maybe(2) ? '~' : 'null';
    if (typeof value !== 'string') return String(value);
    const isPlain = /^[A-Za-z][\w./-]*$/.test(value) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(value);
    if (isPlain && !this.#maybe(4)) return value;
    return /[^ -~]/.test(value) || this.#maybe(2)
      ? JSON.stringify(value)
      : `'${value.replaceAll("'", "''")}'`;
  }
}

function tagOf(value: Json): string | undefined {
  const keys = isObject(value) ? Object.keys(value) : [];
  const [key = ''] = keys;
  return keys.length === 1 && shortTags.includes(key) ? `!${key.replace('Fn::', '')}` : undefined;
}
