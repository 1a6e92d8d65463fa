import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { projectRoot } from '../../../local/paths.ts';

/** Holds a log against SARIF 2.1.0. The schema is of draft 4, whose `id` is `$id` by now; what else it uses means the same. One of its patterns has a bracket too many. */
export function sarifValidator() {
  const {
    $schema: _,
    id: __,
    ...schema
  } = JSON.parse(readFileSync(join(projectRoot, 'test', 'fixtures', 'sarif-2.1.0.schema.json'), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  return ajv.compile(schema);
}
