import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { JsonObject } from '../../../core/json.ts';
import type { PolicyChange } from '../../../core/usage/policy-change.ts';
import { respond } from '../../../functions/hook/respond.ts';
import { projectRoot } from '../../../local/paths.ts';

/**
 * Each NAME.yaml in test/golden-hook is a case, found by listing the folder; NAME.expected.yaml is the hook's answer. `event` is one
 * of events/, with the `properties` and `previous` of the case in place of its own. UPDATE_GOLDEN=1 writes the expected files anew.
 */
const folder = join(projectRoot, 'test', 'golden-hook');
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.expected.yaml'))
  .map((name) => name.replace(/\.yaml$/, ''));

interface Case {
  readonly about: string;
  readonly event: string;
  readonly environment?: Record<string, string>;
  readonly properties?: JsonObject | null;
  readonly previous?: JsonObject | null;
  /** What a look at the live repository finds; without one, it fails the test. */
  readonly change?: PolicyChange;
}

function eventOf({ event: name, properties, previous }: Case): JsonObject {
  const event = JSON.parse(readFileSync(join(projectRoot, 'events', `hook-${name}.json`), 'utf8'));
  const model = event.requestData.targetModel;
  if (properties !== undefined) model.resourceProperties = properties;
  if (previous !== undefined) model.previousResourceProperties = previous;
  return event;
}

describe('the hook answers', () => {
  test.each(cases)('%s as it always did', async (name) => {
    const given: Case = parse(readFileSync(join(folder, `${name}.yaml`), 'utf8'));
    const { answer } = await respond(eventOf(given), {
      environment: given.environment ?? {},
      today: '2026-11-24',
      look: async () => {
        if (given.change === undefined) throw new Error('the case has no look');
        return given.change;
      },
    });
    const actual = JSON.parse(JSON.stringify({ about: given.about, answer }));
    const file = join(folder, `${name}.expected.yaml`);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, stringify(actual, { lineWidth: 118 }));
    expect(actual).toEqual(parse(readFileSync(file, 'utf8')));
  });

  test('each event in events/ is a case', () => {
    const events = readdirSync(join(projectRoot, 'events')).filter((name) => name.startsWith('hook-'));
    const used = cases.map(
      (name) => `hook-${parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')).event}.json`,
    );
    expect(events.filter((name) => !used.includes(name))).toEqual([]);
  });
});
