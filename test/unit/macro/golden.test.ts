import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { expand } from '../../../cloudformation/expand.ts';
import type { Finding } from '../../../core/finding.ts';
import { isObject, type Json } from '../../../core/json.ts';
import { projectRoot } from '../../../local/paths.ts';
import { describeFinding, reasonOf } from '../../../wording/findings.ts';
import { locationOf } from '../../../wording/path.ts';
import { expansionRefusal } from '../../../wording/refusal.ts';

/**
 * Each NAME.yaml in test/golden is a case, found by listing the folder; NAME.expected.yaml is what the macro makes of
 * it. UPDATE_GOLDEN=1 writes the expected files anew: read every line of the difference before you keep it.
 */
const folder = join(projectRoot, 'test', 'golden');
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.expected.yaml'))
  .map((name) => name.replace(/\.yaml$/, ''));

describe('the macro makes of', () => {
  test.each(cases)('%s what it always made', (name) => {
    const input = parse(readFileSync(join(folder, `${name}.yaml`), 'utf8'));
    const file = join(folder, `${name}.expected.yaml`);
    const expansion = expand(
      {
        fragment: input.fragment,
        params: input.params ?? {},
        templateParameterValues: input.templateParameterValues ?? {},
      },
      {
        environment: input.environment ?? {},
        today: input.today ?? '2026-11-24',
        describe: describeFinding,
      },
    );
    const answer =
      'fragment' in expansion
        ? { fragment: readable(expansion.fragment) }
        : { errorMessage: expansionRefusal(expansion)?.split('; ') };
    const actual = { about: input.about, ...answer, findings: expansion.findings.map(line) };
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, stringify(actual, { lineWidth: 118 }));
    expect(actual).toEqual(parse(readFileSync(file, 'utf8')));
  });
});

/** The default lifecycle policy in words, so that a golden file can be read. */
function readable(value: Json): Json {
  if (typeof value === 'string' && value.startsWith('{"rules":[{"rulePriority":1,"description":')) {
    const { rules } = JSON.parse(value);
    return `policy: ${rules.map(({ description }: { description: string }) => description).join('; ')}`;
  }
  if (Array.isArray(value)) return value.map(readable);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, readable(entry)]));
}

function line(finding: Finding): string {
  return `${finding.outcome} ${finding.control} ${locationOf(finding)}: ${reasonOf(finding)}`;
}
