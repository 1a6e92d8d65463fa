/** What a repository is set to, and which of two is the safer, for the model: from the order that is documented. */
import type { Settings } from './registry.ts';

/** Settings with the text of the lifecycle policy. */
export interface State extends Settings {
  readonly policy: string | undefined;
}

/** What every setting of a test is made from: each pattern matches some of `tags`, and none two the same ones. */
export const choices: readonly Pick<Settings, 'mutability' | 'exclusions'>[] = [
  { mutability: 'IMMUTABLE', exclusions: [] },
  { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] },
  { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['dev*'] },
  { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest', 'dev*'] },
  { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['*'] },
  { mutability: 'MUTABLE_WITH_EXCLUSION', exclusions: ['v*'] },
  { mutability: 'MUTABLE_WITH_EXCLUSION', exclusions: ['v1'] },
  { mutability: 'MUTABLE', exclusions: [] },
];

const tags = ['latest', 'dev', 'dev-1', 'v1', 'v2', 'other'];

const policyText = (days: number) =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: {
          tagStatus: 'untagged',
          countType: 'sinceImagePushed',
          countUnit: 'days',
          countNumber: days,
        },
        action: { type: 'expire' },
      },
    ],
  });

/** Two that stacks ask for, and one that only somebody else puts. */
export const policies = [policyText(7), policyText(14)] as const;
export const foreignPolicy = policyText(365);

type Mutability = Pick<Settings, 'mutability' | 'exclusions'>;

const excluded = ({ exclusions }: Mutability) =>
  tags.filter((tag) =>
    exclusions.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(tag)),
  );

/** The tags that can be overwritten. */
const moving = (one: Mutability) =>
  tags.filter((tag) => excluded(one).includes(tag) !== one.mutability.startsWith('MUTABLE'));

/** Whether one keeps tags at least as well as another: none can be overwritten that is immutable there. */
export function keepsTags(one: Mutability, other: Mutability): boolean {
  const theirs = moving(other);
  return moving(one).every((tag) => theirs.includes(tag));
}

/** The one that keeps tags better; where neither does, what is safer than both, of the patterns that there are. */
export function safestTags(one: Mutability, other: Mutability): Mutability {
  if (keepsTags(one, other)) return one;
  if (keepsTags(other, one)) return other;
  const patterns = [...new Set([...one.exclusions, ...other.exclusions])];
  const areBothMutable = [one, other].every(({ mutability }) => mutability.startsWith('MUTABLE'));
  if (areBothMutable) return { mutability: 'MUTABLE_WITH_EXCLUSION', exclusions: patterns };
  const isKeptByNeither = (pattern: string) => {
    const only = { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: [pattern] };
    return keepsTags(only, one) && keepsTags(only, other);
  };
  const exclusions = [one, other]
    .filter(({ mutability }) => mutability.startsWith('IMMUTABLE'))
    .flatMap((each) => each.exclusions)
    .filter(isKeptByNeither);
  return exclusions.length === 0
    ? { mutability: 'IMMUTABLE', exclusions: [] }
    : { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: [...new Set(exclusions)] };
}

/** The settings of which one is less safe or not, each by itself. */
export const parts = [
  {
    isAsSafe: keepsTags,
    isSame: isSameMutability,
    take: <One extends Settings>(into: One, { mutability, exclusions }: Settings): One => ({
      ...into,
      mutability,
      exclusions,
    }),
    safest: <One extends Settings>(one: One, other: Settings): One => {
      const { mutability, exclusions } = safestTags(one, other);
      return { ...one, mutability, exclusions };
    },
  },
  {
    isAsSafe: (one: Settings, other: Settings) => one.scanOnPush || !other.scanOnPush,
    isSame: (one: Settings, other: Settings) => one.scanOnPush === other.scanOnPush,
    take: <One extends Settings>(into: One, { scanOnPush }: Settings): One => ({ ...into, scanOnPush }),
    safest: <One extends Settings>(one: One, { scanOnPush }: Settings): One => ({
      ...one,
      scanOnPush: one.scanOnPush || scanOnPush,
    }),
  },
];
export type Part = (typeof parts)[number];

/** Whether tags can be overwritten: MUTABLE, or immutable but for every tag. */
export function isUnsafe(one: Mutability): boolean {
  return one.mutability.startsWith('MUTABLE') || excluded(one).length === tags.length;
}

export function isSameMutability(one: Mutability, other: Mutability): boolean {
  return (
    one.mutability === other.mutability &&
    [...one.exclusions].sort().join() === [...other.exclusions].sort().join()
  );
}

export function isSameSettings(one: Settings, other: Settings): boolean {
  return isSameMutability(one, other) && one.scanOnPush === other.scanOnPush;
}

export function isSame(one: State, other: State): boolean {
  return isSameSettings(one, other) && one.policy === other.policy;
}

export function words(state: State | undefined): string {
  if (state === undefined) return 'none';
  const days = /"countNumber":(\d+)/.exec(state.policy ?? '')?.[1] ?? '-';
  return `${[state.mutability, ...state.exclusions].join(':')}/${state.scanOnPush ? 'on' : 'off'}/${days}`;
}
