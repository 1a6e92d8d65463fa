/** What the stacks of the model ask for. */

import type { JsonObject } from '../../../../core/json.ts';
import fc from '../../../support/fast-check.ts';
import { propertiesLike } from './events.ts';
import { choices, policies } from './model-settings.ts';
import type { Settings } from './registry.ts';

/** The repositories of a run, by the last part of their names. */
export const keys = ['a1', 'a2', 'b'] as const;
export type Key = (typeof keys)[number];

type Selection =
  | { readonly kind: 'exact'; readonly key: Key }
  | { readonly kind: 'pattern'; readonly pattern: '*' | 'a*' }
  | { readonly kind: 'names'; readonly keys: readonly Key[] };

/** The properties of one resource; what is undefined is left out of them. */
export interface Wish {
  readonly selection: Selection;
  readonly allowNoMatch: boolean;
  readonly mutability: Pick<Settings, 'mutability' | 'exclusions'> | undefined;
  readonly scanOnPush: boolean | undefined;
  readonly policy: string | undefined;
  readonly onDelete: 'Retain' | 'Restore' | undefined;
  readonly dryRun: boolean;
}

const selection: fc.Arbitrary<Selection> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('exact'), key: fc.constantFrom(...keys) }) },
  fc.record({ kind: fc.constant('pattern'), pattern: fc.constantFrom('a*', '*') }),
  fc.record({ kind: fc.constant('names'), keys: fc.subarray([...keys], { minLength: 1 }) }),
);

export const wishes: fc.Arbitrary<Wish> = fc.record({
  selection,
  allowNoMatch: fc.boolean(),
  mutability: fc.option(fc.constantFrom(...choices), { nil: undefined, freq: 3 }),
  scanOnPush: fc.option(fc.boolean(), { nil: undefined, freq: 2 }),
  policy: fc.option(fc.constantFrom(...policies), { nil: undefined, freq: 2 }),
  onDelete: fc.constantFrom(undefined, 'Restore', 'Restore', 'Retain'),
  dryRun: fc.integer({ min: 0, max: 9 }).map((number) => number === 9),
});

/** ResourceProperties as CloudFormation sends them: booleans are text. */
export function propertiesOf(wish: Wish, own: string): JsonObject {
  const { selection, allowNoMatch, mutability, scanOnPush, policy, onDelete, dryRun } = wish;
  const name = (key: string) => `${own}/${key}`;
  return propertiesLike({
    RepositoryName:
      selection.kind === 'names'
        ? undefined
        : name(selection.kind === 'exact' ? selection.key : selection.pattern),
    RepositoryNames: selection.kind === 'names' ? selection.keys.map(name) : undefined,
    AllowNoMatch: allowNoMatch ? 'true' : undefined,
    ImageTagMutability: mutability?.mutability,
    ImageTagMutabilityExclusionFilters:
      mutability === undefined || mutability.exclusions.length === 0
        ? undefined
        : mutability.exclusions.map((pattern) => ({
            ImageTagMutabilityExclusionFilterType: 'WILDCARD',
            ImageTagMutabilityExclusionFilterValue: pattern,
          })),
    ImageScanningConfiguration: scanOnPush === undefined ? undefined : { ScanOnPush: String(scanOnPush) },
    LifecyclePolicy: policy === undefined ? undefined : { LifecyclePolicyText: policy },
    OnDelete: onDelete,
    DryRun: dryRun ? 'true' : undefined,
  });
}

/** The repositories that are meant, of those that exist. */
export function selectedOf({ selection }: Wish, existing: readonly Key[]): readonly Key[] {
  switch (selection.kind) {
    case 'exact':
      return existing.filter((key) => key === selection.key);
    case 'pattern':
      return existing.filter((key) => selection.pattern === '*' || key.startsWith('a'));
    case 'names':
      return existing.filter((key) => selection.keys.includes(key));
    default:
      return selection satisfies never;
  }
}

/** Whether something is named that does not exist, which fails unless the author allowed it. */
export function isMissing(wish: Wish, existing: readonly Key[]): boolean {
  if (wish.allowNoMatch) return false;
  const { selection } = wish;
  return selection.kind === 'names'
    ? selection.keys.some((key) => !existing.includes(key))
    : selectedOf(wish, existing).length === 0;
}

/** One wish in few words. */
export function wishWords(wish: Wish): string {
  const { selection, allowNoMatch, mutability, scanOnPush, policy, onDelete, dryRun } = wish;
  const which =
    selection.kind === 'exact'
      ? selection.key
      : selection.kind === 'pattern'
        ? selection.pattern
        : `[${selection.keys.join()}]`;
  return [
    which,
    ...(mutability === undefined ? [] : [[mutability.mutability, ...mutability.exclusions].join(':')]),
    ...(scanOnPush === undefined ? [] : [`scan ${scanOnPush ? 'on' : 'off'}`]),
    ...(policy === undefined ? [] : [`policy ${/"countNumber":(\d+)/.exec(policy)?.[1]}`]),
    ...(onDelete === undefined ? [] : [onDelete]),
    ...(dryRun ? ['DryRun'] : []),
    ...(allowNoMatch ? ['AllowNoMatch'] : []),
  ].join(' ');
}
