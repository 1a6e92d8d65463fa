import type { DocumentOptions, ParseOptions, SchemaOptions } from 'yaml';

/** Tags of YAML 1.1 that CloudFormation's YAML leaves out: dates stay text. Merge keys are resolved in merge-keys.ts and plain-values.ts. */
const unsupportedTags = /timestamp|merge|binary|omap|pairs|set$/;

/** How CloudFormation reads YAML. */
export const yamlOptions: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  prettyErrors: false,
  // CloudFormation uses the last of equal keys.
  uniqueKeys: false,
  // At 'silent' a second document would go unmentioned.
  logLevel: 'error',
  customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !unsupportedTags.test(tag.tag)),
};
