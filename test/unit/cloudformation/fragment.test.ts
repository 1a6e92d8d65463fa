import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { placementOf } from '../../../cloudformation/fragment.ts';
import {
  foreignNames,
  generalNames,
  knownProperties,
  lookalikeProperties,
} from '../../../cloudformation/known-properties.ts';
import { hardenedTypes } from '../../../cloudformation/resource-types.ts';

describe('what is beside a snippet', () => {
  test('is taken for Properties whatever AWS has added to them', () => {
    const names = [...foreignNames, ...Object.values(lookalikeProperties).flat()];
    const added = fc.stringMatching(/^[A-Z][A-Za-z0-9]{2,20}$/).filter((name) => !names.includes(name));
    const neighbour = fc.constantFrom(...knownProperties['AWS::ECR::Repository'], ...generalNames);
    fc.assert(
      fc.property(fc.uniqueArray(added, { minLength: 1 }), fc.uniqueArray(neighbour), (news, others) => {
        const fragment = Object.fromEntries([...news, ...others].map((name) => [name, 1]));
        expect(placementOf(fragment).kind).toBe('properties');
      }),
    );
  });

  test('has names of other places that no hardened type has', () => {
    for (const type of hardenedTypes)
      expect(foreignNames.filter((name) => knownProperties[type].includes(name))).toEqual([]);
  });
});
