/** What people are sent when a sweep has ended: only what has changed since the last one. */
import type { WhatChanged } from '../../sweep/changes.ts';
import type { ExemptionState } from '../../sweep/outcomes.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';
import type { Named } from '../../sweep/tally.ts';
import { pluralise } from '../format.ts';
import { stateLabel, statesInOrder } from './states.ts';

/** A message of SNS. */
export interface SweepMessage {
  /** At most 100 characters. */
  readonly subject: string;
  readonly text: string;
}

/** Where the reports of a sweep are. */
export interface ReportPlace {
  readonly bucket: string;
  /** The key of the page. */
  readonly page: string;
}

/**
 * The message; undefined if nothing has changed, so that nobody is disturbed.
 *
 * The first sweep and a release are reported as a whole.
 */
export function sweepMessage(summary: SweepSummary, place: ReportPlace): SweepMessage | undefined {
  const { info, changes, previous } = summary;
  const isWhole = previous === undefined;
  if (!isWhole && changes.length === 0) return undefined;
  const lines = changes.map(changeLine);
  return {
    subject: subjectOf(summary).slice(0, 100),
    text: `${[
      headlineOf(summary),
      ...(isWhole || lines.length === 0 ? [] : [`Since the last sweep\n${indented(lines)}`]),
      ...(isWhole ? reasonPart(summary) : []),
      ...riskPart(summary),
      `All repositories\n${indented(statesInOrder(summary.states).map(([state, count]) => `${count.toLocaleString('en')} ${stateLabel(state)}`))}`,
      ...stackPart(summary),
      `Report\n  s3://${place.bucket}/${place.page}\n  ecr-hardening sweep --report ${info.sweep} downloads and opens it.`,
    ].join('\n\n')}\n`,
  };
}

function subjectOf({ info, states, changes, atRisk, previous }: SweepSummary): string {
  const where = `ECR registry ${info.registry.registryId} in ${info.registry.region}`;
  if (info.action === 'release')
    return `Keeper: ${pluralise(states.released ?? 0, 'repository', 'repositories')} released, ${where}`;
  const failed = states.failed ?? 0;
  if (failed > 0) return `Keeper: ${pluralise(failed, 'repository', 'repositories')} failed, ${where}`;
  if (changes.some(({ value }) => value.kind === 'at-risk'))
    return `Keeper: images in use will expire in ${pluralise(atRisk.repositories, 'repository', 'repositories')}, ${where}`;
  if (previous === undefined) return `Keeper: first sweep, ${where}`;
  const changed = changes.reduce((sum, { count }) => sum + count, 0);
  return `Keeper: ${pluralise(changed, 'change', 'changes')}, ${where}`;
}

function headlineOf({ info, repositories, previous }: SweepSummary): string {
  const of = `${pluralise(repositories, 'repository', 'repositories')} of the ECR registry ${info.registry.registryId} in ${info.registry.region}`;
  const mode = info.mode === 'Report' ? ' The keeper only reports (Keeper: Report).' : '';
  if (info.action === 'release') return `The keeper has released its claims on ${of}.`;
  return `${previous === undefined ? 'The first sweep' : 'The sweep'} has looked at ${of}.${mode}`;
}

/** Such as `3 failed (refused before): team/a, team/b, team/c`. */
export function changeLine({ value, count, names }: Named<WhatChanged>): string {
  return `${count.toLocaleString('en')} ${changeWords(value)}: ${listOf(names, count)}`;
}

function changeWords(change: WhatChanged): string {
  switch (change.kind) {
    case 'new':
      return `new and ${stateLabel(change.state)}${reasonWords(change.reason)}`;
    case 'state': {
      const { before, state, reason } = change;
      const was = before === state ? '' : ` (${stateLabel(before)} before)`;
      return `${stateLabel(state)}${reasonWords(reason)}${was}`;
    }
    case 'at-risk':
      return 'with more images in use that their lifecycle policies will remove';
    case 'gone':
      return 'deleted, or out of KeeperScope';
    case 'exemption':
      return exemptionWords[change.exemption];
    default:
      return change satisfies never;
  }
}

const exemptionWords: Readonly<Record<ExemptionState, string>> = {
  ended: 'whose exemption has ended',
  'ends-soon': 'whose exemption ends within 14 days',
  invalid: 'whose tag ecr-hardening:exempt cannot be read, and exempts from nothing',
};

/** The code of a reason, which the report has in words. */
function reasonWords(reason: string | undefined): string {
  return reason === undefined ? '' : ` (${reason.replace(/^(?:refused|failed): /, '')})`;
}

/** Why repositories were refused or have failed, by the code that the report has in words. */
function reasonPart({ reasons }: SweepSummary): readonly string[] {
  const lines = reasons
    .slice(0, maxReasons)
    .map(({ value, count, names }) => `${value}: ${listOf(names, count)}`);
  return lines.length === 0 ? [] : [`Refused or failed\n${indented(lines)}`];
}

const maxReasons = 10;

function riskPart({ atRisk: { repositories, images, names } }: SweepSummary): readonly string[] {
  if (images === 0) return [];
  const what = `${pluralise(images, 'image', 'images')} in use will be removed by the lifecycle policies of ${pluralise(repositories, 'repository', 'repositories')}`;
  return [`At risk\n  ${what}: ${listOf(names, repositories)}`];
}

const maxStacks = 10;

function stackPart({ stacks }: SweepSummary): readonly string[] {
  if (stacks.length === 0) return [];
  const lines = stacks
    .slice(0, maxStacks)
    .map(({ value, count, names }) => `${value}: ${listOf(names, count)}`);
  const rest = stacks.length - lines.length;
  return [
    `Left to their stacks, whose templates can harden them (Transform: EcrHardening)\n${indented(rest > 0 ? [...lines, `and ${rest} more stacks`] : lines)}`,
  ];
}

const maxNames = 5;

function listOf(names: readonly string[], count: number): string {
  const shown = names.slice(0, maxNames);
  const rest = count - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest.toLocaleString('en')} more` : ''}`;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
