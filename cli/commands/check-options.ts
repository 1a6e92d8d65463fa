/** The options of `ecr-hardening check` alone, and what they come to with the project's configuration. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Problem } from '../../core/problem.ts';
import { readTextIfAny } from '../../template-text/file.ts';
import { isMeantAsTemplate } from '../../template-text/recognise.ts';
import type { Colours } from '../colours.ts';
import { type FailOn, failOns } from '../fail-on.ts';
import type { LookAtTemplates } from '../live/model.ts';
import type { Setup } from '../options.ts';
import { type Format, formats } from '../reports/check-formats.ts';
import type { CheckOptions, ReportFile } from './check.ts';

/** The options as commander parses them. */
export interface CheckFlags {
  readonly format?: Format;
  readonly failOn?: FailOn;
  readonly skip?: readonly string[];
  readonly only?: readonly string[];
  /** False with `--no-baseline`. */
  readonly baseline?: string | boolean;
  readonly writeBaseline?: string;
  readonly allowNoTemplates?: boolean;
  readonly report?: readonly ReportFile[];
}

/** Adds the options to the command. */
export function withCheckOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'output format (default: text)').choices([...formats]))
    .addOption(
      new Option('--fail-on <level>', 'minimum level of findings for exit code 1 (default: warning)').choices(
        [...failOns],
      ),
    )
    .option('--report <format=file>', 'also write a report to a file (repeatable)', addReport)
    .option('--skip <controls>', 'controls that are not reported, such as Retain,Encryption', addNames)
    .option('--only <controls>', 'the only controls that are reported', addNames)
    .option('--baseline <file>', 'known findings, which are not reported')
    .option('--no-baseline', 'report known findings too')
    .option('--write-baseline <file>', 'write the findings to a file, to be known from now on')
    .option('--default-path <path>', 'what is read if neither you nor .ecr-hardening.yaml name a path')
    .option('--allow-no-templates', 'succeed even if there is no template among the files');
}

/** Adds a format and its file to those of earlier options. */
function addReport(text: string, before: readonly ReportFile[] = []): readonly ReportFile[] {
  const equals = text.indexOf('=');
  const format = formats.find((each) => each === text.slice(0, equals));
  const file = text.slice(equals + 1);
  if (format === undefined || file === '')
    throw new InvalidArgumentError(`It must have the form FORMAT=FILE; formats are ${formats.join(', ')}.`);
  return [...before, { format, file }];
}

/** Adds comma-separated names to those of earlier options. */
function addNames(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  return [...before, ...names.filter((name) => name !== '')];
}

/** What is not an option. */
interface CheckContext {
  readonly version: string;
  readonly colours: Colours;
  readonly live: LookAtTemplates | undefined;
}

/**
 * How a check is reported.
 *
 * @throws Problem for a control that there is not, a baseline that cannot be read, or a report in place of a template
 */
export async function checkOptionsOf(
  flags: CheckFlags,
  { input, project }: Pick<Setup, 'input' | 'project'>,
  context: CheckContext,
): Promise<CheckOptions> {
  const { skip = project.skip, only = project.only, baseline = project.baseline, writeBaseline } = flags;
  const isRead = typeof baseline === 'string' && writeBaseline === undefined;
  const { selectionOf } = await import('../select.ts');
  const { report: reports = [] } = flags;
  if (writeBaseline !== undefined) refuseTemplate(writeBaseline, '--write-baseline');
  for (const { file } of reports) refuseTemplate(file, '--report');
  const written = [baseline, writeBaseline, ...reports.map(({ file }) => file)];
  const ownFiles = written.flatMap((file) => (typeof file === 'string' ? [resolve(file)] : []));
  return {
    ...context,
    format: flags.format ?? formats.find((each) => each === project.format) ?? 'text',
    failOn: flags.failOn ?? failOns.find((each) => each === project.failOn) ?? 'warning',
    input: {
      ...input,
      ownFiles: [...(input.ownFiles ?? []), ...ownFiles],
      allowsNone: flags.allowNoTemplates,
    },
    isSelected: selectionOf({ skip, only }),
    baseline: isRead ? (await import('../baseline.ts')).readBaseline(baseline) : undefined,
    writeBaselineTo: writeBaseline,
    reports,
  };
}

/** Of `--write-baseline template.yaml other.yaml`, the option takes the template as its file, and would overwrite it. */
function refuseTemplate(file: string, option: string): void {
  if (existsSync(file) && statSync(file).isFile() && isMeantAsTemplate(readTextIfAny(file) ?? ''))
    throw new Problem(
      `${file} is a CloudFormation template, which ${option} would overwrite: specify another file.`,
    );
}
