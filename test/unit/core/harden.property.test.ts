import { describe, expect, test } from '@jest/globals';
import { type HardenOptions, harden } from '../../../cloudformation/harden.ts';
import { intrinsicName, isNoValue, readIf } from '../../../cloudformation/intrinsics.ts';
import { isRefusal } from '../../../core/finding.ts';
import { isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import { describeFinding } from '../../../wording/findings.ts';
import { refusalMessage } from '../../../wording/refusal.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';
import { policies, resources, secrets, template } from './arbitrary-templates.ts';

const options = (policy: Policy): HardenOptions => ({
  policy,
  parameters: secrets,
  today: () => '2026-11-24',
  settings: { serviceToken: 'arn:settings', serviceTimeout: 330 },
  describe: describeFinding,
});
/** More runs, for a long search: PROPERTY_RUNS=20000. */
const runs = { numRuns: runsOf({ share: 200, whole: 500 }) };

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const entry of Object.values(Object.freeze(value))) deepFreeze(entry);
  return value;
}

const types = (entries: JsonObject) =>
  Object.entries(entries).map(([id, resource]) => [
    id,
    isObject(resource) ? member(resource, 'Type') : undefined,
  ]);

describe('hardening', () => {
  test('twice is hardening once, findings written into the template included', () => {
    fc.assert(
      fc.property(template, policies, (given, policy) => {
        const once = harden(given, options(policy)).fragment;
        expect(harden(once, options(policy)).fragment).toEqual(once);
      }),
      runs,
    );
  });

  test('changes nothing in place', () => {
    fc.assert(
      fc.property(template, policies, (given, policy) => {
        harden(deepFreeze(given), options(policy));
      }),
      runs,
    );
  });

  test('leaves everything else as it is, and all of it in its order', () => {
    fc.assert(
      fc.property(template, policies, ({ Resources: _, ...rest }, policy) => {
        const given: JsonObject = { ...rest, Resources: { Q: { Type: 'AWS::SQS::Queue' } } };
        expect(harden(given, options(policy)).fragment).toBe(given);
      }),
      runs,
    );
    fc.assert(
      fc.property(resources, policies, (given, policy) => {
        const { fragment } = harden({ Resources: given }, options(policy));
        const hardened = member(fragment, 'Resources');
        expect(types(isObject(hardened) ? hardened : {})).toEqual(types(given));
        for (const [id, resource] of Object.entries(given))
          if (
            isObject(resource) &&
            !/^AWS::ECR::Repository|^Custom::EcrSettings/.test(String(member(resource, 'Type')))
          )
            expect(isObject(hardened) && member(hardened, id)).toBe(resource);
      }),
      runs,
    );
  });

  test('keeps every property that its author wrote, under Default', () => {
    fc.assert(
      fc.property(resources, policies, (given, policy) => {
        const { fragment } = harden({ Resources: given }, options({ ...policy, Enforcement: 'Default' }));
        const hardened = member(fragment, 'Resources');
        for (const [id, resource] of Object.entries(given)) {
          const before = propertiesOf(resource);
          const after = propertiesOf(isObject(hardened) ? member(hardened, id) : undefined);
          for (const [name, value] of Object.entries(before))
            expect(isKept(value, member(after, name))).toBe(true);
        }
      }),
      runs,
    );
  });

  test('leaves no literal unsafe under Override, unless it is exempt', () => {
    fc.assert(
      fc.property(resources, policies, (given, policy) => {
        const strict: Policy = { ...policy, Enforcement: 'Override', AllowExemptions: false };
        const { fragment, findings } = harden({ Resources: given }, options(strict));
        if (findings.some(isRefusal)) return;
        const hardened = member(fragment, 'Resources');
        for (const resource of Object.values(isObject(hardened) ? hardened : {})) {
          if (!isObject(resource) || member(resource, 'Type') !== 'AWS::ECR::Repository') continue;
          const properties = propertiesOf(resource);
          // Mutability that excludes every tag lets none move.
          const filters = JSON.stringify(member(properties, 'ImageTagMutabilityExclusionFilters') ?? null);
          const unsafe = ['MUTABLE', undefined, ...(/"\*+"/.test(filters) ? [] : ['MUTABLE_WITH_EXCLUSION'])];
          for (const value of leaves(member(properties, 'ImageTagMutability')))
            expect(unsafe).not.toContainEqual(value);
          for (const configuration of leaves(member(properties, 'ImageScanningConfiguration')))
            if (isObject(configuration) && intrinsicName(configuration) === undefined)
              for (const scan of leaves(member(configuration, 'ScanOnPush')))
                expect([false, 'false', undefined]).not.toContainEqual(scan);
        }
      }),
      runs,
    );
  });

  test('tells what it decides without a parameter’s value', () => {
    fc.assert(
      fc.property(template, policies, (given, policy) => {
        const { fragment, findings } = harden(given, options({ ...policy, Report: true }));
        // What a resource's own parameters say by a Ref is written where it belongs; it is told nowhere.
        const reports: unknown[] = [];
        JSON.parse(JSON.stringify(fragment), (key, value) => {
          if (key === 'Findings') reports.push(value);
          return value;
        });
        const told = JSON.stringify([
          findings,
          findings.map(describeFinding),
          refusalMessage(findings) ?? '',
          reports,
        ]);
        expect(told).not.toContain('secret-');
      }),
      runs,
    );
  });

  test('tells each change that it makes', () => {
    fc.assert(
      fc.property(template, policies, (given, policy) => {
        const { fragment, findings } = harden(given, options({ ...policy, Report: false }));
        const changes = findings.filter(({ outcome }) => outcome === 'set' || outcome === 'replaced');
        expect(fragment === given).toBe(changes.length === 0);
      }),
      runs,
    );
  });

  test('refuses in under 4,000 characters', () => {
    fc.assert(
      fc.property(template, policies, (given, policy) => {
        const { findings } = harden(given, options({ ...policy, Enforcement: 'Reject' }));
        expect((refusalMessage(findings) ?? '').length).toBeLessThan(4000);
        expect(refusalMessage(findings) === undefined).toBe(!findings.some(isRefusal));
      }),
      runs,
    );
  });
});

/** The conditions that hold, each way that they can. */
const outcomes: readonly (readonly string[])[] = [[], ['A'], ['B'], ['A', 'B']];

function propertiesOf(resource: Json | undefined): JsonObject {
  const properties = isObject(resource) ? member(resource, 'Properties') : undefined;
  return isObject(properties) ? properties : {};
}

/** Whether a value stands as it was, but for what was absent in it, however the conditions turn out. */
function isKept(before: Json, after: Json | undefined): boolean {
  return outcomes.every((holding) => {
    const one = under(before, holding);
    return one === undefined || isWithin(one, after === undefined ? undefined : under(after, holding));
  });
}

/** A value with its `Fn::If` decided and what is left out gone. */
function under(value: Json, holding: readonly string[]): Json | undefined {
  if (isNoValue(value)) return undefined;
  const choice = readIf(value);
  if (choice !== undefined)
    return under(holding.includes(String(choice.condition)) ? choice.whenTrue : choice.whenFalse, holding);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) => {
      const decided = under(entry, holding);
      return decided === undefined ? [] : [[key, decided]];
    }),
  );
}

function isWithin(before: Json, after: Json | undefined): boolean {
  return isObject(before)
    ? isObject(after) && Object.entries(before).every(([key, value]) => isWithin(value, member(after, key)))
    : JSON.stringify(before) === JSON.stringify(after);
}

/** The values that can come to stand at a place, however the conditions turn out; undefined where it is left out. */
function leaves(value: Json | undefined): readonly (Json | undefined)[] {
  return outcomes.map((holding) => (value === undefined ? undefined : under(value, holding)));
}
