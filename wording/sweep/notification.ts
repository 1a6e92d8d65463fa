/** What people are sent when a sweep has ended: only what has changed since the last one. */
import type { WhatChanged } from '../../sweep/changes.ts';
import type { ExemptionState } from '../../sweep/outcomes.ts';
import type { ResultReason } from '../../sweep/results.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';
import type { Named } from '../../sweep/tally.ts';
import { pluralise } from '../format.ts';
import { riskClauses } from './risk.ts';
import { countedState, stateLabel, statesInOrder } from './states.ts';

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
      ...(isWhole ? [...reasonPart(summary), ...leftAlonePart(summary)] : []),
      ...riskPart(summary),
      `All repositories\n${indented(statesInOrder(summary.states).map(([state, count]) => countedState(state, count)))}`,
      ...stackPart(summary),
      `Report\n  s3://${place.bucket}/${place.page}\n  ecr-hardening sweep --report ${info.sweep} downloads and opens it.`,
    ].join('\n\n')}\n`,
  };
}

function subjectOf({ info, states, changes, atRisk, previous }: SweepSummary): string {
  const where = `ECR registry ${info.registry.registryId} in ${info.registry.region}`;
  const { failed = 0, released = 0, kept = 0 } = states;
  if (info.action === 'release')
    return `Keeper: ${pluralise(released + kept, 'repository', 'repositories')} released${failed > 0 ? `, ${failed.toLocaleString('en')} failed` : ''}, ${where}`;
  if (failed > 0) return `Keeper: ${pluralise(failed, 'repository', 'repositories')} failed, ${where}`;
  if (changes.some(({ value }) => value.kind === 'at-risk'))
    return `Keeper: images in use will expire in ${pluralise(atRisk.repositories, 'repository', 'repositories')}, ${where}`;
  if (previous === undefined) return `Keeper: first sweep, ${where}`;
  const changed = changes.reduce((sum, { count }) => sum + count, 0);
  return `Keeper: ${pluralise(changed, 'change', 'changes')}, ${where}`;
}

function headlineOf({ info, repositories, states: { failed = 0 }, previous }: SweepSummary): string {
  const of = (count: number) =>
    `${pluralise(count, 'repository', 'repositories')} of the ECR registry ${info.registry.registryId} in ${info.registry.region}`;
  const mode = info.mode === 'Report' ? ' The keeper only reports (Keeper: Report).' : '';
  if (info.action === 'release') return `The keeper has released its claims on ${of(repositories - failed)}.`;
  return `${previous === undefined ? 'The first sweep' : 'The sweep'} has looked at ${of(repositories)}.${mode}`;
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

// The only reason of what was neither refused nor has failed; its state says the same.
const leftAlone = 'left-after-drift' satisfies ResultReason['code'];

/** The code of a reason, which the report has in words. */
function reasonWords(reason: string | undefined): string {
  return reason === undefined || reason === leftAlone
    ? ''
    : ` (${reason.replace(/^(?:refused|failed): /, '')})`;
}

/** Why repositories were refused or have failed, by the code that the report has in words. */
function reasonPart({ reasons }: SweepSummary): readonly string[] {
  const lines = reasons
    .filter(({ value }) => value !== leftAlone)
    .slice(0, maxReasons)
    .map(({ value, count, names }) => `${value}: ${listOf(names, count)}`);
  return lines.length === 0 ? [] : [`Refused or failed\n${indented(lines)}`];
}

function leftAlonePart({ reasons }: SweepSummary): readonly string[] {
  const lines = reasons
    .filter(({ value }) => value === leftAlone)
    .map(({ count, names }) => listOf(names, count));
  return lines.length === 0
    ? []
    : [`Left alone after drift, until you run ecr-hardening claims --resume NAME\n${indented(lines)}`];
}

const maxReasons = 10;

function riskPart({ atRisk }: SweepSummary): readonly string[] {
  const lines = riskClauses(atRisk, `: ${listOf(atRisk.names, atRisk.repositories)}`);
  return lines.length === 0 ? [] : [`At risk\n${indented(lines)}`];
}

const maxStacks = 10;

function stackPart({ stacks }: SweepSummary): readonly string[] {
  if (stacks.length === 0) return [];
  const lines = stacks
    .slice(0, maxStacks)
    .map(({ value, count, names }) => `${value}: ${listOf(names, count)}`);
  const rest = stacks.length - lines.length;
  return [
    `Left to their stacks, whose templates can harden them (Transform: EcrHardening)\n${indented(rest > 0 ? [...lines, `and ${pluralise(rest, 'more stack', 'more stacks')}`] : lines)}`,
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
