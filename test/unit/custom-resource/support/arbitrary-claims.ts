/** Claims and their records, at random. */

import type { Claim, ClaimRecord, InFlight, Ownership } from '../../../../core/claims/record.ts';
import { noPolicy, type RepositorySettings } from '../../../../core/settings/repository-settings.ts';
import { mutabilities, takesFilters } from '../../../../core/settings/tag-mutability.ts';
import fc from '../../../support/fast-check.ts';
import { arnOf } from './registry.ts';

const hash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 });
const pattern = fc.string({ unit: fc.constantFrom(...'aZ09._*-'), minLength: 1, maxLength: 128 });

/** A few lifecycle policies, so that several claims name the same. */
export const policyTexts: Readonly<Record<string, string>> = {
  aaaaaaaaaaaaaaaa: '{"rules":[1]}',
  bbbbbbbbbbbbbbbb: '{"rules":[2]}',
  cccccccccccccccc: '{"rules":[3]}',
};
const policy = fc.constantFrom(noPolicy, ...Object.keys(policyTexts));

/** Settings of which the lifecycle policy was read. */
export const knownSettings: fc.Arbitrary<RepositorySettings> = fc.record({
  tagMutability: fc.constantFrom(...mutabilities).chain((mutability) =>
    fc.record({
      mutability: fc.constant(mutability),
      exclusions: takesFilters(mutability)
        ? fc.uniqueArray(pattern, { minLength: 1, maxLength: 5 })
        : fc.constant([]),
    }),
  ),
  scanOnPush: fc.boolean(),
  lifecyclePolicy: policy,
});

/** Settings of which the lifecycle policy may not matter. */
export const someSettings: fc.Arbitrary<RepositorySettings> = fc
  .tuple(knownSettings, fc.boolean())
  .map(([settings, isRead]) => (isRead ? settings : { ...settings, lifecyclePolicy: undefined }));

const stacks = ['orders', 'billing', 'audit'].map(
  (name) => `arn:aws:cloudformation:us-east-1:123456789012:stack/${name}/1`,
);

const bareClaim: fc.Arbitrary<Claim> = fc.record(
  {
    holder: fc.string({ unit: fc.constantFrom(...'aZ09-'), minLength: 1, maxLength: 256 }),
    stack: fc.constantFrom(...stacks),
    since: fc.nat(),
    request: hash,
    properties: hash,
    set: someSettings,
    beforeLastChange: someSettings,
    replacedProperties: hash,
    atTakeover: someSettings,
    foundByStack: someSettings,
    isNew: fc.boolean(),
  },
  {
    requiredKeys: [
      ...['holder', 'stack', 'since', 'request', 'properties', 'set'],
      ...['beforeLastChange', 'replacedProperties', 'atTakeover', 'foundByStack'],
    ] as (keyof Claim)[] as never,
  },
);

/** A claim that may have been moved to the top. */
export const claimLike: fc.Arbitrary<Claim> = fc
  .tuple(bareClaim, fc.option(bareClaim, { nil: undefined, freq: 3 }), bareClaim)
  .map(([claim, earlier, { holder: above }]) =>
    earlier === undefined
      ? claim
      : {
          ...claim,
          movedFrom: {
            order: [claim.holder, above],
            claim: { ...earlier, holder: claim.holder },
            aboveAtTakeover: earlier.atTakeover,
          },
        },
  );

export const ownershipLike: fc.Arbitrary<Ownership> = fc.record({
  original: knownSettings,
  claims: fc.uniqueArray(claimLike, { maxLength: 5, selector: ({ holder }) => holder }),
  retained: fc.array(fc.record({ claim: claimLike, original: someSettings }), { maxLength: 2 }),
});

const inFlightLike: fc.Arbitrary<InFlight> = fc.record({
  holder: fc.constant('ecr-settings-Settings-0123456789ab'),
  request: hash,
  before: someSettings,
  after: someSettings,
  previous: ownershipLike,
  until: fc.nat(),
});

/** A record, with texts of policies that it may not name. */
export const recordLike: fc.Arbitrary<ClaimRecord> = fc
  .tuple(
    ownershipLike,
    fc.nat(),
    fc.integer({ min: 1, max: 1000 }),
    fc.option(inFlightLike, { nil: undefined }),
  )
  .map(([ownership, changedAt, version, inFlight]) => ({
    ...ownership,
    repositoryArn: arnOf('payments/api'),
    createdAt: 1_767_225_600_000,
    version,
    changedAt,
    policies: policyTexts,
    inFlight,
  }));
