import type { Document, LineCounter, YAMLError } from 'yaml';
import { isObject, type Json, type JsonObject, member } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { withAliases } from './aliases.ts';
import { compose } from './compose.ts';
import { composeBlocks } from './compose-blocks.ts';
import { composeJson } from './compose-json.ts';
import { offsetOfPath } from './places.ts';
import { type Complaint, plainValues, tooDeep } from './plain-values.ts';
import { templatingBefore } from './templating.ts';

/** A text as values and as nodes, which have their locations. */
export interface ParsedTemplate {
  readonly value: JsonObject;
  /** What the text has, by its beginning in it; not where it ends, nor its comments. */
  readonly nodes: Document;
  /** The same nodes with their ends and comments, as the library has them; it is asked when they are needed. */
  readonly whole: () => Document;
  readonly lines: LineCounter;
  /** The same text, of the same length, in which each line ends with a line feed: a carriage return alone ends one too. */
  readonly lined: string;
  readonly isJson: boolean;
}

/**
 * Parses a template, YAML or JSON, into plain values with the intrinsics in their long form.
 *
 * CloudFormation reads YAML 1.1 (an unquoted `yes` is true, `0755` is octal), so this does too.
 * @param file how the user named the file; every sentence begins with it.
 * @throws Problem with file, line and column if the text is not a template.
 */
export function parseTemplate(text: string, file: string): JsonObject {
  return parseWithPlaces(text, file).value;
}

/** The same, with the locations. */
export function parseWithPlaces(text: string, file: string): ParsedTemplate {
  const { value, ...parsed } = parse(text, file);
  return { ...parsed, value: checked(value, file, parsed) };
}

function checked(value: Json, file: string, { nodes, lines }: Omit<ParsedTemplate, 'value'>): JsonObject {
  if (!isObject(value)) {
    throw new Problem(`${file} is not a map: a template is a map with Resources in it.`);
  }
  const resources = member(value, 'Resources');
  if (!isObject(resources) || Object.keys(resources).length === 0) {
    throw new Problem(
      `${file} has no Resources, so there is nothing to deploy: pass a CloudFormation template.`,
    );
  }
  // Checked here since MiniStack responds with an error of its own (HTTP 500).
  const odd = Object.keys(resources).find((name) => !isObject(resources[name]) && !isLoop(name));
  if (odd !== undefined) {
    const { line, col } = lines.linePos(offsetOfPath(nodes, ['Resources', odd]));
    throw new Problem(
      `${file} has Resources.${odd}, which is not a resource (line ${line}, column ${col}), and AWS refuses that ("Template format error: Any Resources member must be an object."): move it or fix it.`,
    );
  }
  return value;
}

/** AWS::LanguageExtensions has lists among the resources: loops that generate some. */
function isLoop(name: string): boolean {
  return name.startsWith('Fn::ForEach::');
}

function parse(text: string, file: string): Omit<ParsedTemplate, 'value'> & { readonly value: Json } {
  const json = jsonOf(text);
  const isJson = json !== undefined;
  // https://yaml.org/spec/1.1/#id871136: a carriage return alone is a line break, which the library does not know.
  const lined = text.replace(/\r(?!\n)/g, '\n');
  // YAML has no tabs between tokens, where JSON has; a space keeps every offset.
  const readable = isJson ? lined.replaceAll('\t', ' ') : lined;
  const quick = isJson ? composeJson(readable) : composeBlocks(readable);
  const { document: nodes, lines } = quick ?? compose(readable);
  const complain: Complaint = (offset, reason) => notYaml(lined, file, lines, offset, reason);
  const [first] = nodes.errors;
  if (first !== undefined) throw complain(first.pos[0], reasonOf(first));
  const value = plainValues(nodes, lined, complain);
  const whole = () => (quick === undefined ? nodes : withAliases(compose(readable).document));
  return { value: json ?? value, nodes, whole, lines, lined, isJson };
}

function jsonOf(text: string): Json | undefined {
  const bare = text.replace(/^\uFEFF/, '');
  if (!bare.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(bare);
  } catch {
    // A YAML flow mapping may begin so too; its parser finds the better line and column.
    return undefined;
  }
}

function reasonOf({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins';
  return message.startsWith('Maximum call stack') ? tooDeep : message;
}

function notYaml(text: string, file: string, lines: LineCounter, offset: number, reason: string): Problem {
  const templating = templatingBefore(text, offset);
  const { line, col } = lines.linePos(templating ?? offset);
  return new Problem(
    templating === undefined
      ? `${file}, line ${line}, column ${col}: ${reason.replace(/\.$/, '')}; fix the file and retry.`
      : `${file} is not YAML: it looks like a Jinja or Go template (line ${line}, column ${col}), so render it first and pass the file that comes out.`,
  );
}
