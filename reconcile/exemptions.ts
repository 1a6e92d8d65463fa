/** Exemptions by the tag of a repository, read where nobody but the keeper stands against a request. */
import { mapConcurrently } from '../aws/map-concurrently.ts';
import { exemptControls, exemptionTagKey } from '../core/policy/exemption-tag.ts';
import type { WritableSettingName } from '../core/settings/repository-settings.ts';
import type { ReconcileContext } from './context.ts';
import type { ObservedRepository } from './observe.ts';
import type { RepositoryRefusal } from './outcome.ts';

const settingOf: Readonly<Record<string, WritableSettingName>> = {
  TagImmutability: 'tagMutability',
  ScanOnPush: 'scanOnPush',
  LifecyclePolicy: 'lifecyclePolicy',
};

/** The settings that a tag exempts from the keeper on a day. @param tags by key */
export function exemptSettings(
  tags: ReadonlyMap<string, string>,
  now: number,
  policy: ReconcileContext['policy'],
): readonly WritableSettingName[] {
  const today = new Date(now).toISOString().slice(0, 10);
  return exemptControls(tags.get(exemptionTagKey), today, policy).flatMap((name) => settingOf[name] ?? []);
}

/** By repository, what its tag exempts, of those that are refused for the keeper's sake; empty if none is exempt. */
export async function exemptionsOf(
  refusals: readonly RepositoryRefusal[],
  observed: readonly ObservedRepository[],
  { ecr, policy, now }: Pick<ReconcileContext, 'ecr' | 'policy' | 'now'>,
): Promise<ReadonlyMap<string, readonly WritableSettingName[]>> {
  const names = new Set(
    refusals.flatMap((each) => (each.code === 'weakens' && each.isKeepers === true ? [each.repository] : [])),
  );
  const meant = policy.AllowExemptions ? observed.filter(({ repository }) => names.has(repository.name)) : [];
  const found = await mapConcurrently(meant, async ({ repository: { name, arn } }) => {
    return [name, exemptSettings(await ecr.tags(arn), now(), policy)] as const;
  });
  return new Map(found.filter(([, settings]) => settings.length > 0));
}
