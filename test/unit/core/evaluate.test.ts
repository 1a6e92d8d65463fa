import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../core/json.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { type EvaluatedImage, evaluateLifecyclePolicy } from '../../../core/lifecycle/evaluate.ts';
import { pathText } from '../../../wording/path.ts';

/** A case: times are days before now, images and verdicts go by digest. It has either verdicts or problems. */
interface Golden {
  /** Where AWS says so. */
  readonly source?: string;
  readonly rules: readonly Json[];
  readonly images: Readonly<Record<string, GoldenImage>>;
  /** `expire by 2` is by the rule of priority 2. */
  readonly verdicts?: Readonly<Record<string, string>>;
  /** The paths of what ECR would refuse. */
  readonly problems?: readonly string[];
}

interface GoldenImage extends Pick<EvaluatedImage, 'tags' | 'isArchived' | 'children'> {
  readonly pushedDaysAgo: number;
  readonly pulledDaysAgo?: number;
  readonly transitionedDaysAgo?: number;
}

const folder = join(__dirname, '../../golden-lifecycle');
const now = Date.parse('2026-11-24T12:00:00Z');
const ago = (days: number | undefined) => (days === undefined ? undefined : now - days * 86_400_000);

function imageOf([digest, image]: [string, GoldenImage]): EvaluatedImage {
  const { pushedDaysAgo, pulledDaysAgo, transitionedDaysAgo, ...rest } = image;
  return {
    ...rest,
    digest,
    pushedAt: now - pushedDaysAgo * 86_400_000,
    pulledAt: ago(pulledDaysAgo),
    transitionedAt: ago(transitionedDaysAgo),
  };
}

function outcomeOf(text: string, images: readonly EvaluatedImage[]): Pick<Golden, 'verdicts' | 'problems'> {
  const result = evaluateLifecyclePolicy(text, images, now);
  if ('issues' in result) return { problems: result.issues.map(({ path }) => pathText(path)) };
  const verdicts = result.verdicts.map(({ digest, action, rulePriority }) => [
    digest,
    `${action} by ${rulePriority}`,
  ]);
  return { verdicts: Object.fromEntries(verdicts) };
}

describe('a lifecycle policy does to a repository what ECR would', () => {
  const names = readdirSync(folder).map((file) => file.replace('.json', ''));

  test.each(names)('%s', (name) => {
    const golden: Golden = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    const { source: _, rules, images, ...outcome } = golden;
    expect(outcomeOf(JSON.stringify({ rules }), Object.entries(images).map(imageOf))).toEqual(outcome);
  });
});

const image = (digest: string, daysAgo: number, ...tags: string[]): EvaluatedImage => ({
  digest,
  tags,
  pushedAt: now - daysAgo * 86_400_000,
});
const rule = (rulePriority: number, selection: JsonObject) => ({
  rulePriority,
  description: 'long enough for a text of at least a hundred characters',
  selection,
  action: { type: 'expire' },
});
const anyCount = (countNumber: number) =>
  JSON.stringify({ rules: [rule(1, { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber })] });

describe('an evaluation', () => {
  test.each([
    ['is no JSON', '{"rules":'],
    ['is no map', '[]'],
    ['is too short for ECR', '{"rules":[{"rulePriority":1}]}'],
  ])('of a text that %s answers what is wrong with it', (_what, text) => {
    const result = evaluateLifecyclePolicy(text, [image('a', 1)], now);
    expect('issues' in result && result.issues.length).toBeGreaterThan(0);
  });

  test('tells verdicts by the priority of their rules, then the newest first', () => {
    const text = JSON.stringify({
      rules: [
        rule(20, { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 }),
        rule(10, { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 }),
      ],
    });
    const images = [
      image('tagged-old', 9, 'a'),
      image('untagged-old', 8),
      image('tagged', 7, 'b'),
      image('untagged', 6),
      image('untagged-new', 5),
    ];
    expect(evaluateLifecyclePolicy(text, images, now)).toEqual({
      verdicts: [
        { digest: 'untagged', rulePriority: 10, action: 'expire' },
        { digest: 'untagged-old', rulePriority: 10, action: 'expire' },
        { digest: 'tagged', rulePriority: 20, action: 'expire' },
        { digest: 'tagged-old', rulePriority: 20, action: 'expire' },
      ],
    });
  });

  test('counts an image once that is given twice', () => {
    const images = [image('new', 1, 'b'), image('old', 2, 'a'), image('new', 1, 'b')];
    expect(outcomeOf(anyCount(2), images)).toEqual({ verdicts: {} });
    expect(outcomeOf(anyCount(1), images)).toEqual({ verdicts: { old: 'expire by 1' } });
  });

  test('changes neither the images nor their order', () => {
    const images: readonly EvaluatedImage[] = Object.freeze([
      Object.freeze(image('old', 2, 'a')),
      Object.freeze(image('new', 1, 'b')),
    ]);
    expect(outcomeOf(anyCount(1), images)).toEqual({ verdicts: { old: 'expire by 1' } });
    expect(images).toMatchObject([{ digest: 'old' }, { digest: 'new' }]);
  });
});

describe('the lifecycle policy that a repository gets by default', () => {
  const text =
    lifecyclePolicyText({
      KeepImages: 3,
      ExpireUntaggedAfterDays: 14,
      ProtectedTags: ['release-*', 'prod'],
    }) ?? '';

  test('keeps the newest images and what is protected, and nothing else of age', () => {
    const images = [
      image('release', 900, 'release-1', 'b0'),
      image('prod', 800, 'prod'),
      image('prod-like', 700, 'prod-1'),
      image('old', 30, 'b1'),
      image('untagged-old', 15),
      image('untagged', 13),
      image('third', 3, 'b2'),
      image('second', 2, 'b3'),
      image('newest', 1, 'b4'),
    ];
    // The untagged image of 13 days is beyond the newest three, but its own rule has it.
    expect(outcomeOf(text, images)).toEqual({
      verdicts: { 'untagged-old': 'expire by 3', 'prod-like': 'expire by 4', old: 'expire by 4' },
    });
  });

  test('counts protected and untagged images among those that stay', () => {
    const images = [
      image('release', 1, 'release-2'),
      image('untagged', 2),
      image('first', 3, 'b2'),
      image('second', 4, 'b1'),
    ];
    expect(outcomeOf(text, images)).toEqual({ verdicts: { second: 'expire by 4' } });
  });
});
