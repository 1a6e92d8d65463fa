import { isAbsolute, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { controlMetadata, controlNames } from '../../core/controls/index.ts';
import { jsonChunks } from '../../reports/json-chunks.ts';
import type { LocatedFinding } from '../findings.ts';

/** Who made a log, and by which rules. */
interface Driver {
  readonly version: string;
  readonly rules: readonly { readonly id: string }[];
  /** What a reader of the results must know. */
  readonly notes?: readonly string[];
}

/** The controls as SARIF's rules. */
export const controlRules = controlNames.map((name) => {
  const { title, why, remediation, source, relatedChecks } = controlMetadata[name];
  return {
    id: name,
    name,
    shortDescription: { text: title },
    fullDescription: { text: why },
    helpUri: source,
    help: { text: `${remediation} Third-party checks: ${relatedChecks.join(', ') || 'none'}.` },
    properties: { tags: ['security', ...relatedChecks] },
  };
});

/** A log of one run, in pieces. */
export function sarifLog(
  { version, rules, notes = [] }: Driver,
  results: Iterable<object>,
): Iterable<string> {
  const tool = { driver: { name: 'ecr-hardening', version, rules } };
  const logWith = (list: unknown) => ({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool, ...invocationsOf(notes), columnKind: 'utf16CodeUnits', results: list }],
  });
  return jsonChunks(logWith, results, 3);
}

function invocationsOf(notes: readonly string[]) {
  if (notes.length === 0) return {};
  const toolExecutionNotifications = notes.map((text) => ({ level: 'note', message: { text } }));
  return { invocations: [{ executionSuccessful: true, toolExecutionNotifications }] };
}

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), which code hosts show. */
export function sarifReport(findings: readonly LocatedFinding[], version: string): string {
  const rules = [
    ...controlRules,
    ...(['Template', 'Parameters'] as const).map((id) => ({
      id,
      name: id,
      shortDescription: { text: id === 'Template' ? "The template's shape" : "The macro's parameters" },
    })),
  ];
  // What the macro fixes by itself is nothing that somebody has to look at.
  const open = findings.filter(({ fix }) => fix === undefined);
  const results = open.map(({ control, level, message, details = [], place, file, line, column }) => ({
    ruleId: control,
    ruleIndex: rules.findIndex(({ id }) => id === control),
    level,
    message: { text: [`${place}: ${message}`, ...details].join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column },
        },
        logicalLocations: [{ fullyQualifiedName: place }],
      },
    ],
  }));
  return [...sarifLog({ version, rules }, results)].join('');
}

/**
 * A path as a URI: relative to the working directory, where code hosts look for the file, also if it was named otherwise; every
 * sign of a URI's own is escaped, # and ? among them.
 */
function uriOf(file: string): string {
  const path = relative(process.cwd(), resolve(file));
  const steps = path.split(sep);
  return isAbsolute(file) && (isAbsolute(path) || steps[0] === '..')
    ? pathToFileURL(file).href
    : steps.map(encodeURIComponent).join('/');
}
