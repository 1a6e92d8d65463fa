import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asObject, asText } from '../../../core/json.ts';
import { projectRoot } from '../../../local/paths.ts';
import { parseTemplate } from '../../../template-text/parse.ts';

/** The template of the buckets, as organization.yaml has it for its StackSet. */
export function bucketsTemplate(): string {
  const file = join(projectRoot, 'organization.yaml');
  const { Resources } = parseTemplate(readFileSync(file, 'utf8'), file);
  const { TemplateBody } = asObject(asObject(asObject(Resources).CodeBuckets).Properties);
  return asText(TemplateBody) ?? '';
}
