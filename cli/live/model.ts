/** What a look at live repositories is, apart from how it is done. */
import type { TemplateDocument } from '../../template-text/document.ts';
import type { ExpandOptions } from '../../template-text/expand.ts';

/** Which registry is looked at, and with which credentials. */
export interface LiveOptions {
  readonly live?: boolean;
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
}

/** What is found there, as options: the template is expanded as the deployed macro would expand it. */
export interface LiveLook {
  optionsFor(template: TemplateDocument): ExpandOptions;
}

/** Looks at live repositories for all templates at once. @throws Problem if they cannot be listed */
export type LookAtTemplates = (
  templates: readonly TemplateDocument[],
  options: ExpandOptions,
) => Promise<LiveLook>;
