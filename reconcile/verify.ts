/** Reads back what was written. ECR's reads may lag behind its writes. */
import { readUntil } from '../aws/deadline.ts';
import type { Ecr, Repository } from '../aws/ecr/ecr.ts';
import { isRepositoryNotFound } from '../aws/faults.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
import { isSameMutability } from '../core/settings/tag-mutability.ts';
import type { ReconcileContext } from './context.ts';
import { hashOfPolicy } from './hash.ts';
import type { Mismatch, Refusal } from './outcome.ts';
import { isWriting, type Plan } from './plan.ts';

/** The plans whose repositories still exist, each verified; or the first setting that is not in effect. */
export async function verifyApplied(
  plans: readonly Plan[],
  { ecr, deadline, log }: Pick<ReconcileContext, 'ecr' | 'deadline' | 'log'>,
): Promise<{ readonly verified: readonly Plan[] } | { readonly refusal: Refusal }> {
  const changing = plans.filter(isWriting);
  if (changing.length === 0) return { verified: plans };
  const read = async () => [await readSettings(changing, ecr), await readPolicies(changing, ecr)] as const;
  const [settings, policies] = await readUntil(
    read,
    ([now, texts]) => changing.every((plan) => mismatch(plan, now, texts) === undefined),
    deadline,
  );
  const exists = ({ observed }: Plan) => settings.has(observed.repository.name);
  for (const plan of changing.filter(exists)) {
    const found = mismatch(plan, settings, policies);
    if (found !== undefined)
      return {
        refusal: { code: 'not-in-effect', repository: plan.observed.repository.name, mismatch: found },
      };
  }
  for (const { observed } of changing.filter((plan) => !exists(plan)))
    log({ level: 'WARN', message: 'deleted meanwhile', repository: observed.repository.name });
  return { verified: plans.filter((plan) => !isWriting(plan) || exists(plan)) };
}

async function readSettings(plans: readonly Plan[], ecr: Ecr): Promise<ReadonlyMap<string, Repository>> {
  const [only, ...others] = plans;
  if (only === undefined) return new Map();
  const one = others.length === 0 ? await ecr.repository(only.observed.repository.name) : undefined;
  const read = others.length > 0 ? await ecr.repositories() : one === undefined ? [] : [one];
  return new Map(read.map((repository) => [repository.name, repository]));
}

/** The lifecycle policies of those for which one was written. */
async function readPolicies(
  plans: readonly Plan[],
  ecr: Ecr,
): Promise<ReadonlyMap<string, string | undefined>> {
  const written = plans.filter(({ lifecyclePolicy }) => lifecyclePolicy !== undefined);
  const read = await mapConcurrently(
    written,
    async ({ observed }): Promise<(readonly [string, string | undefined])[]> => {
      const { name } = observed.repository;
      try {
        return [[name, await ecr.lifecyclePolicy(name)]];
      } catch (error) {
        if (!isRepositoryNotFound(error)) throw error;
        return [];
      }
    },
  );
  return new Map(read.flat());
}

/** What a repository reads back as, where that is not what was written. */
function mismatch(
  { observed, tagMutability, scanOnPush, lifecyclePolicy }: Plan,
  settings: ReadonlyMap<string, Repository>,
  policies: ReadonlyMap<string, string | undefined>,
): Mismatch | undefined {
  const { name } = observed.repository;
  const after = settings.get(name);
  // Reads may lag behind the creation too: a missing repository is read again.
  if (after === undefined) return { code: 'missing' };
  if (tagMutability !== undefined && !isSameMutability(tagMutability, after.tagMutability))
    return { code: 'tag-mutability', actual: after.tagMutability };
  if (scanOnPush !== undefined && scanOnPush !== after.scanOnPush)
    return { code: 'scan-on-push', actual: after.scanOnPush };
  const isAsWanted =
    lifecyclePolicy === undefined ||
    hashOfPolicy(policies.get(name)) === hashOfPolicy(lifecyclePolicy ?? undefined);
  return isAsWanted ? undefined : { code: 'lifecycle-policy' };
}
