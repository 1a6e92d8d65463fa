/** What only some templates need. Whoever hardens one says where it comes from: the macro loads it when it is needed first. */
import type { TemplateDocuments } from './control-context.ts';
import { intrinsicRules } from './read-intrinsics.ts';
import type { Intrinsics } from './scope.ts';
import { templateDocuments } from './template-documents.ts';

/** Answers what only some templates need; each is called only where it is. */
export interface RulesOnDemand {
  readonly documents: () => TemplateDocuments;
  readonly intrinsics: Intrinsics;
}

/** All of it, for programs that have loaded it anyway. */
export const loadedRules: RulesOnDemand = {
  documents: () => templateDocuments,
  intrinsics: () => intrinsicRules,
};
