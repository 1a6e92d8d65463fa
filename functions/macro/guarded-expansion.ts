import type { ReviewDefault, ReviewedDefault } from '../../cloudformation/control-context.ts';
import { type Expansion, expandWith } from '../../cloudformation/expand.ts';
import type { DescribeFinding } from '../../cloudformation/report.ts';
import type { RulesOnDemand } from '../../cloudformation/rules-on-demand.ts';
import { onDemand } from './on-demand.ts';
import type { MacroRequest } from './request.ts';

/** What is used of Lambda's context. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
  readonly invokedFunctionArn?: string;
}

const rules: RulesOnDemand = {
  documents: () => onDemand('documents').templateDocuments,
  filters: () => onDemand('filters').templateFilters,
  creationTemplates: () => onDemand('creation-templates').creationTemplateRules,
  metadata: () => onDemand('metadata').metadataRules,
  intrinsics: () => onDemand('intrinsics').intrinsicRules,
  parts: () => onDemand('parts'),
};

// CloudFormation's limit for a macro.
const maxMs = 30_000;

/**
 * Hardens the fragment. If that writes default lifecycle policies, the repositories that are there are looked at, and the fragment
 * is hardened once more: with the defaults that expire no image in use.
 *
 * @param describe how `Report` writes a finding into a resource's Metadata
 */
export async function guardedExpansion(
  request: MacroRequest,
  describe: DescribeFinding,
  context?: InvocationContext,
): Promise<Expansion> {
  const harden = (review?: ReviewDefault, fragment = request.fragment) =>
    expandWith(
      rules,
      { ...request, fragment },
      {
        environment: process.env,
        get today() {
          return new Date().toISOString().slice(0, 10);
        },
        describe,
        ...(review && { review }),
      },
    );
  // A macro that is not deployed by template.yaml has no role that could look.
  const { LifecycleGuard: guard = 'Off' } = process.env;
  if (guard === 'Off') return harden();
  const places: ReviewedDefault[] = [];
  const expansion = harden((place) => {
    places.push(place);
    return place.finding;
  });
  if (places.length === 0 || !('fragment' in expansion)) return expansion;
  const looked = await onDemand('look').lookAtDefaults(places, request, {
    leftMs: context?.getRemainingTimeInMillis() ?? maxMs,
    functionArn: context?.invokedFunctionArn,
  });
  return harden(looked.review, looked.fragment);
}
