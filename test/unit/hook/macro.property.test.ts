import { expect, test } from '@jest/globals';
import { harden } from '../../../cloudformation/harden.ts';
import { checkResolved } from '../../../cloudformation/resolved-resource.ts';
import { isRefusal } from '../../../core/finding.ts';
import { asObject, isObject, type JsonObject } from '../../../core/json.ts';
import { builtInPolicy, type Policy } from '../../../core/policy/policy.ts';
import fc from '../../support/fast-check.ts';
import { policies, resources } from '../core/arbitrary-templates.ts';

const today = '2026-11-24';

/** What CloudFormation resolves before it calls a hook is not resolved here: resources with functions are left out. */
function isResolved(properties: JsonObject): boolean {
  return !/"(Ref|Fn::|Condition)|\{\{resolve:/.test(JSON.stringify(properties));
}

/** The hook has these parameters of the application, and does not know the others. */
function policyOfHook({ Enforcement, AllowExemptions, KmsKey }: Policy): Policy {
  return { ...builtInPolicy, Enforcement, AllowExemptions, KmsKey };
}

test('what the macro has written is compliant, whatever the policy', () => {
  let count = 0;
  fc.assert(
    fc.property(resources, policies, (given, policy) => {
      const { fragment, findings } = harden(
        { Resources: given },
        { policy, parameters: {}, today: () => today, describe: () => ({}) },
      );
      if (findings.some(isRefusal)) return;
      for (const resource of Object.values(asObject(fragment.Resources))) {
        const { Type: type, Properties: properties = {}, Metadata: metadata } = asObject(resource);
        if (type !== 'AWS::ECR::Repository' && type !== 'AWS::ECR::RepositoryCreationTemplate') continue;
        // A resource can tighten its own Enforcement, and have its own key, of which a hook is not told.
        if (
          !isObject(properties) ||
          !isResolved(properties) ||
          /Enforcement|KmsKey/.test(JSON.stringify(metadata ?? {}))
        )
          continue;
        count += 1;
        for (const action of ['CREATE', 'UPDATE'] as const) {
          const { controls } = checkResolved({ type, properties, action }, policyOfHook(policy), today);
          expect(controls.filter((each) => each.kind === 'failed' && each.isNonCompliant)).toEqual([]);
        }
      }
    }),
    { numRuns: 1500 },
  );
  expect(count).toBeGreaterThan(20);
});
