/** A result of a sweep with its sentences, as the reports show it. */
import type { RegistryReading } from '../../audit/reading.ts';
import { isUnknown, type Known } from '../../core/known.ts';
import type { RepositoryResult, SettingChange, Watched } from '../../sweep/results.ts';
import { type DescribedRepository, describeRepository } from '../audit/describe.ts';
import type { DescribedPlace } from '../audit/registries.ts';
import { unreadClause } from '../audit/unread.ts';
import { exemptionSentence, reasonSentence, resultNote, riskSentences } from './reasons.ts';

/** One repository of a sweep; a value that could not be read has a clause as its reason. */
export interface DescribedResult extends Pick<RepositoryResult, 'name' | 'arn' | 'state'> {
  readonly stack: string | null;
  readonly changes: readonly SettingChange[];
  /** A sentence or two; null where there is nothing to say. */
  readonly reason: string | null;
  readonly exemption: string | null;
  /** Images in use that its present lifecycle policy will expire or archive; more may be at risk where that is not complete. */
  readonly atRisk: Known<Pick<Watched, 'images' | 'isComplete'> & { readonly sentences: readonly string[] }>;
  readonly notes: readonly string[];
  /** In a report of several keepers: the registry that it is in. */
  readonly place?: DescribedPlace;
  /** Null where it was not read. */
  readonly audit: DescribedRepository | null;
}

export function describeResult(
  result: RepositoryResult,
  registry: Pick<RegistryReading, 'scanType'>,
): DescribedResult {
  const { name, arn, state, stack, changes, reason, exemption, atRisk, notes, audit } = result;
  return {
    ...{ name, arn, state, changes },
    stack: stack ?? null,
    reason: reason === undefined ? null : reasonSentence(reason),
    exemption: exemption === undefined ? null : exemptionSentence(exemption),
    atRisk: riskOf(atRisk),
    notes: notes.map(resultNote),
    audit: audit === undefined ? null : describeRepository(audit, registry),
  };
}

function riskOf(atRisk: RepositoryResult['atRisk']): DescribedResult['atRisk'] {
  if (atRisk === undefined) return { images: 0, isComplete: true, sentences: [] };
  if (isUnknown(atRisk)) return { unknown: unreadClause(atRisk.unknown) };
  const { images, isComplete } = atRisk;
  return { images, isComplete, sentences: riskSentences(atRisk) };
}
