import { Problem } from '../../core/problem.ts';
import type { ExpandOptions } from '../../template-text/expand.ts';
import type { Colours } from '../colours.ts';
import { findingsOf, type LocatedFinding } from '../findings.ts';
import { filesOf, readInput } from '../input.ts';
import type { LookAtTemplates } from '../live/model.ts';
import { githubReport } from '../reports/github.ts';
import { jsonReport } from '../reports/json.ts';
import { junitReport } from '../reports/junit.ts';
import { sarifReport } from '../reports/sarif.ts';
import { textReport } from '../reports/text.ts';

export const formats = ['text', 'json', 'sarif', 'junit', 'github'] as const;
export type Format = (typeof formats)[number];

/** From which level on findings fail the command. */
export const failOns = ['warning', 'error', 'never'] as const;
export type FailOn = (typeof failOns)[number];

/** What a check comes to. */
export interface Checked {
  readonly text: string;
  /** 0: clean; 1: findings; 2: a template could not be read. */
  readonly code: 0 | 1 | 2;
  /** Sentences about templates that could not be read. */
  readonly problems: readonly string[];
}

/** How a check is reported. */
export interface CheckOptions {
  readonly format: Format;
  readonly failOn: FailOn;
  readonly version: string;
  readonly colours: Colours;
  /** Looks at the live repositories first. */
  readonly live?: LookAtTemplates | undefined;
}

/** `ecr-hardening check`. A template that cannot be read does not keep the others from being checked. */
export async function checkCommand(
  given: readonly string[],
  options: ExpandOptions,
  checkOptions: CheckOptions,
): Promise<Checked> {
  const problems: string[] = [];
  const files = await filesOf(given, ({ message }) => problems.push(message));
  const attempt = <Value>(work: () => Value): readonly Value[] => {
    try {
      return [work()];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error.message);
      return [];
    }
  };
  const templates = files.flatMap((file) => attempt(() => readInput(file)));
  const { failOn, live } = checkOptions;
  const look = live && (await live(templates, options));
  const checked = templates.flatMap((template) =>
    attempt(() => ({
      file: template.file,
      found: findingsOf(template, look?.optionsFor(template) ?? options),
    })),
  );
  const findings = checked.flatMap(({ found }) => found);
  const isFailing = ({ level }: LocatedFinding) =>
    failOn !== 'never' && (level === 'error' || (level === 'warning' && failOn === 'warning'));
  const code = problems.length > 0 ? 2 : findings.some(isFailing) ? 1 : 0;
  const names = checked.map(({ file }) => file);
  return { text: report(names, findings, checkOptions), code, problems };
}

function report(
  read: readonly string[],
  findings: readonly LocatedFinding[],
  { format, version, colours }: CheckOptions,
): string {
  switch (format) {
    case 'text':
      return textReport(read, findings, colours);
    case 'json':
      return jsonReport(findings);
    case 'sarif':
      return sarifReport(findings, version);
    case 'junit':
      return junitReport(read, findings);
    case 'github':
      return githubReport(findings);
    default:
      return format satisfies never;
  }
}
