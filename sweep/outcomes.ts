/** What one sweep leaves for the next: a line for each repository, with what a notification depends on. Pure. */
import { isOneOf } from '../core/json.ts';
import { isUnknown } from '../core/known.ts';
import { type RepositoryResult, type ResultState, resultStates } from './results.ts';

/** What should be looked at about an exemption: it is over, soon will be, or cannot be read. */
export const exemptionStates = ['ended', 'ends-soon', 'invalid'] as const;
export type ExemptionState = (typeof exemptionStates)[number];

/** One line of `outcomes.jsonl`, in the order of the list, which is that of the names. */
export interface Outcome {
  readonly name: string;
  readonly arn: string;
  readonly state: ResultState;
  /** The code of its reason, and of a refusal its own. */
  readonly reason?: string;
  /** How many images in use its present lifecycle policy will expire; left out for none. */
  readonly atRisk?: number;
  /** What should be looked at about its exemption. */
  readonly exemption?: ExemptionState;
}

export function outcomeOf(result: RepositoryResult): Outcome {
  const { name, arn, state, reason, atRisk } = result;
  const exemption = exemptionOf(result);
  const images = atRisk === undefined || isUnknown(atRisk) ? 0 : atRisk.images;
  return {
    ...{ name, arn, state },
    ...(reason === undefined ? {} : { reason: reasonCode(reason) }),
    ...(images === 0 ? {} : { atRisk: images }),
    ...(exemption === undefined ? {} : { exemption }),
  };
}

/** A reason as one word or two, such as `failed: AccessDeniedException`. */
export function reasonCode(reason: NonNullable<RepositoryResult['reason']>): string {
  switch (reason.code) {
    case 'refused':
      return `refused: ${reason.refusal.code}`;
    case 'failed':
      return `failed: ${reason.error}`;
    default:
      return reason.code;
  }
}

function exemptionOf({ exemption }: RepositoryResult): ExemptionState | undefined {
  if (exemption === undefined) return undefined;
  if ('problem' in exemption) return 'invalid';
  if (exemption.state === 'in force') return exemption.endsSoon ? 'ends-soon' : undefined;
  return 'ended';
}

/** A line of an earlier sweep; undefined for one that this version cannot read. */
export function parseOutcome(value: unknown): Outcome | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('name' in value && 'arn' in value && 'state' in value)) return undefined;
  const { name, arn, state } = value;
  if (typeof name !== 'string' || typeof arn !== 'string') return undefined;
  if (!isOneOf(resultStates, state)) return undefined;
  const { reason, atRisk, exemption }: Readonly<Record<string, unknown>> = { ...value };
  return {
    ...{ name, arn, state },
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof atRisk === 'number' ? { atRisk } : {}),
    ...(isOneOf(exemptionStates, exemption) ? { exemption } : {}),
  };
}
