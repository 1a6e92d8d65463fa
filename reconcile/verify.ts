/** Reads back what was written. ECR's reads may lag behind its writes. */
import { readUntil } from '../aws/deadline.ts';
import type { Ecr, Repository } from '../aws/ecr/ecr.ts';
import { isRepositoryNotFound } from '../aws/faults.ts';
import { isSameMutability } from '../core/settings/tag-mutability.ts';
import type { ReconcileContext } from './context.ts';
import { hashOfPolicy } from './hash.ts';
import { mapRepositories } from './map-repositories.ts';
import type { Mismatch, Refusal } from './outcome.ts';
import type { Plan } from './plan.ts';
import { verifyMs } from './read-lag.ts';
import { isWriting } from './writes.ts';

/** Lifecycle policies as they were read back, by repository; undefined where there is none. */
export type PoliciesRead = ReadonlyMap<string, string | undefined>;

/**
 * The plans whose repositories still exist, each verified; or the first setting that is not in effect.
 *
 * @param early the lifecycle policies that were read back right after each was written: so reading does not have to
 * wait until everything is written
 */
export async function verifyApplied(
  plans: readonly Plan[],
  early: PoliciesRead,
  { ecr, deadline, log }: Pick<ReconcileContext, 'ecr' | 'deadline' | 'log'>,
): Promise<{ readonly verified: readonly Plan[] } | { readonly refusal: Refusal }> {
  const changing = plans.filter(isWriting);
  if (changing.length === 0) return { verified: plans };
  let known = early;
  const read = async () => {
    known = await readPolicies(
      changing.filter((plan) => !hasPolicyInEffect(plan, known)),
      known,
      ecr,
    );
    return [await readSettings(changing, ecr), known] as const;
  };
  const [settings, policies] = await readUntil(
    read,
    ([now, texts]) => changing.every((plan) => mismatch(plan, now, texts) === undefined),
    deadline,
    verifyMs,
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
  const read = await ecr.repositoriesNamed(plans.map(({ observed }) => observed.repository.name));
  return new Map(read.map((repository) => [repository.name, repository]));
}

/** What was read, with the lifecycle policies of those plans read once more. */
async function readPolicies(plans: readonly Plan[], known: PoliciesRead, ecr: Ecr): Promise<PoliciesRead> {
  const read = await mapRepositories(plans, ({ observed }) => readPolicy(observed.repository.name, ecr));
  return new Map([...known, ...read.flat()]);
}

/** A lifecycle policy, or nothing where the repository was deleted. */
export async function readPolicy(
  name: string,
  ecr: Ecr,
): Promise<readonly (readonly [string, string | undefined])[]> {
  try {
    return [[name, await ecr.lifecyclePolicy(name)]];
  } catch (error) {
    if (!isRepositoryNotFound(error)) throw error;
    return [];
  }
}

function hasPolicyInEffect({ observed, lifecyclePolicy }: Plan, known: PoliciesRead): boolean {
  const { name } = observed.repository;
  return (
    lifecyclePolicy === undefined ||
    (known.has(name) && hashOfPolicy(known.get(name)) === hashOfPolicy(lifecyclePolicy ?? undefined))
  );
}

/** The first setting that reads back with another value than was written. */
function mismatch(
  plan: Plan,
  settings: ReadonlyMap<string, Repository>,
  policies: PoliciesRead,
): Mismatch | undefined {
  const { observed, tagMutability, scanOnPush } = plan;
  const { name } = observed.repository;
  const after = settings.get(name);
  // Reads may lag behind the creation too: a missing repository is read again.
  if (after === undefined) return { code: 'missing' };
  if (tagMutability !== undefined && !isSameMutability(tagMutability, after.tagMutability))
    return { code: 'tag-mutability', actual: after.tagMutability };
  if (scanOnPush !== undefined && scanOnPush !== after.scanOnPush)
    return { code: 'scan-on-push', actual: after.scanOnPush };
  return hasPolicyInEffect(plan, policies) ? undefined : { code: 'lifecycle-policy' };
}
