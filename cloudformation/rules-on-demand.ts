/** What only some templates need. Whoever hardens one says where it comes from: the macro loads each when it is needed first. */
import { creationTemplateRules } from './creation-template.ts';
import { placementOf } from './fragment.ts';
import type { ResourceRulesOnDemand } from './harden-resource.ts';
import { metadataRules } from './metadata-rules.ts';
import { intrinsicRules } from './read-intrinsics.ts';
import type { Intrinsics } from './scope.ts';
import { templateFilters } from './settings/mutability-pairs.ts';
import { templateDocuments } from './template-documents.ts';

/** Answers what only some templates need; each is called only where it is. */
export interface RulesOnDemand extends ResourceRulesOnDemand {
  readonly intrinsics: Intrinsics;
  /** What recognises a part of a template. */
  readonly parts: () => { readonly placementOf: typeof placementOf };
}

/** All of it, for programs that have loaded it anyway. */
export const loadedRules: RulesOnDemand = {
  documents: () => templateDocuments,
  filters: () => templateFilters,
  creationTemplates: () => creationTemplateRules,
  metadata: () => metadataRules,
  intrinsics: () => intrinsicRules,
  parts: () => ({ placementOf }),
};
