import { describe, expect, test } from '@jest/globals';
import type { GuardEvidence, RepositoryLook } from '../../../../core/usage/guard.ts';
import { judgePolicyChange } from '../../../../core/usage/policy-change.ts';
import type { ImageAtRisk, PolicyEffect } from '../../../../core/usage/policy-effect.ts';

const wanted = '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any"}}]}';
const evidence: GuardEvidence = { sources: { ecs: 3, lambda: 0 }, required: ['ecs', 'lambda'] };
const atRisk = (mayBeReferenced: boolean): ImageAtRisk => ({
  digest: 'sha256:1',
  tags: [],
  action: 'expire',
  position: 3,
  mayBeReferenced,
  verdict: { kind: 'pulled', pulledAt: 0 },
});
const effect = (...inUse: readonly ImageAtRisk[]): PolicyEffect => ({ expiring: 9, archiving: 0, inUse });
const look = (more: Partial<RepositoryLook>): RepositoryLook => ({
  repository: 'app',
  wanted,
  exists: true,
  present: undefined,
  effect: effect(),
  ...more,
});

describe('a changed lifecycle policy', () => {
  test('harms if it would expire an image in use', () => {
    const found = effect(atRisk(false), atRisk(true));
    expect(judgePolicyChange(look({ effect: found }), evidence)).toEqual({
      kind: 'harms',
      repository: 'app',
      effect: found,
    });
  });

  test('is not known to harm if an image index may keep each of them', () => {
    const unreadIndexes = { code: 'counts-as-pull' } as const;
    expect(judgePolicyChange(look({ effect: effect(atRisk(true)), unreadIndexes }), evidence)).toEqual({
      kind: 'unknown',
      unread: [{ what: 'image-indexes', reason: unreadIndexes }],
    });
  });

  test('names the image indexes that were not read, also where no image in use is found', () => {
    const unreadIndexes = { code: 'counts-as-pull' } as const;
    expect(judgePolicyChange(look({ unreadIndexes }), evidence)).toEqual({
      kind: 'harmless',
      affected: 9,
      unread: [{ what: 'image-indexes', reason: unreadIndexes }],
    });
  });

  test('is harmless if nothing in use expires, and all that is required was read', () => {
    expect(judgePolicyChange(look({}), evidence)).toEqual({ kind: 'harmless', affected: 9, unread: [] });
    const denied = { code: 'denied', action: 'ecs:ListTasks' } as const;
    const sources = { ...evidence.sources, ecs: { unknown: denied } };
    const unread = [{ what: 'ecs', reason: denied }];
    expect(judgePolicyChange(look({}), { ...evidence, sources })).toEqual({ kind: 'unknown', unread });
    expect(judgePolicyChange(look({}), { sources, required: [] })).toEqual({
      kind: 'harmless',
      affected: 9,
      unread,
    });
  });

  test('is harmless where the live policy is the same, or there is no repository, whatever was read', () => {
    const harmless = { kind: 'harmless', affected: 0, unread: [] };
    const harming = effect(atRisk(false));
    expect(judgePolicyChange(look({ present: wanted, effect: harming }), evidence)).toEqual(harmless);
    expect(judgePolicyChange(look({ exists: false, effect: undefined }), evidence)).toEqual(harmless);
    const none: PolicyEffect = { expiring: 0, archiving: 0, inUse: [] };
    expect(judgePolicyChange(look({ effect: none }), { sources: undefined, required: ['ecs'] })).toEqual(
      harmless,
    );
  });

  test('is not known where its images were not read, also if the live policy was not', () => {
    const reason = { code: 'denied', action: 'ecr:DescribeImages' } as const;
    const unread = { kind: 'unknown', unread: [{ what: 'images', reason }] };
    expect(judgePolicyChange(look({ effect: { unknown: reason } }), evidence)).toEqual(unread);
    expect(
      judgePolicyChange(look({ present: { unknown: reason }, effect: { unknown: reason } }), evidence),
    ).toEqual(unread);
    expect(judgePolicyChange(look({ effect: undefined }), evidence)).toMatchObject({ kind: 'unknown' });
  });
});
