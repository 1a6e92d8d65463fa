/**
 * The sentences for defaults that are written, apart from all others: nearly every template has these and no others, and the
 * macro loads the others only when it needs them.
 */
import type { Finding } from '../core/finding.ts';
import { isKeyOf, type Json } from '../core/json.ts';
import { pathText } from './path.ts';

/** Of settings that are not set. */
export const controlDefaults = {
  'tag-mutability-not-set': 'ImageTagMutability is not set; ECR lets tags be overwritten by default',
  'scan-on-push-not-set': 'ScanOnPush is not set; ECR does not scan by default',
  'no-lifecycle-policy': 'No lifecycle policy; ECR keeps images indefinitely',
  'retention-not-set': 'Retain is on',
  'encryption-not-set': 'KmsKey is set',
} as const;

/** Of a `Custom::EcrSettings`. */
export const settingsDefaults = {
  'service-token-not-set': 'the function of this application',
  'service-timeout-not-set': 'so that a crash costs minutes and not an hour',
} as const;

const sentences = { ...controlDefaults, ...settingsDefaults };

/** The reason of a default; undefined for any other finding, for which `reasonOf` of findings.ts has it. */
export function defaultReason({ code, outcome, exemptionEndedOn }: Finding): string | undefined {
  return outcome === 'set' && exemptionEndedOn === undefined && isKeyOf(sentences, code)
    ? sentences[code]
    : undefined;
}

/** A finding as in logs and reports, with its path as text. @param reason the finding's, see `reasonOf` */
export function withReason(
  { control, code, path, outcome, before, after }: Finding,
  reason: string,
): {
  readonly control: string;
  readonly code: string;
  readonly path: string;
  readonly outcome: string;
  readonly reason: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
} {
  return { control, code, path: pathText(path), outcome, reason, before, after };
}
