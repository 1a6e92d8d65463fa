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

const orderOfSafety = ['IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION', 'MUTABLE'];

type Mutability = Pick<Settings, 'mutability' | 'exclusions'>;

const excluded = ({ exclusions }: Mutability) =>
  tags.filter((tag) =>
    exclusions.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(tag)),
  );

/** Immutability from which every tag is excluded is none. */
const rankOf = (one: Mutability) => {
  const isVoid = one.mutability === 'IMMUTABLE_WITH_EXCLUSION' && excluded(one).length === tags.length;
  return orderOfSafety.indexOf(isVoid ? 'MUTABLE' : one.mutability);
};

/** Whether one keeps tags at least as well as another: by the order; of the same, by the tags that it excludes. */
export function keepsTags(one: Mutability, other: Mutability): boolean {
  const rank = rankOf(one);
  if (rank !== rankOf(other)) return rank < rankOf(other);
  const [ours, theirs] = [excluded(one), excluded(other)];
  if (rank === 1) return ours.every((tag) => theirs.includes(tag));
  return rank !== 2 || theirs.every((tag) => ours.includes(tag));
}

/** Whether one is in no setting less safe than another. */
export function isAsSafe(one: Settings, other: Settings): boolean {
  return keepsTags(one, other) && (one.scanOnPush || !other.scanOnPush);
}

/** Whether tags can be overwritten: MUTABLE, or immutable but for every tag. */
export function isUnsafe(one: Mutability): boolean {
  return rankOf(one) >= 2;
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
