/** Writes what is planned, each repository's memory first, and proves by reading back. */

import { readUntil } from '../../aws/deadline.ts';
import { isRepositoryNotFound } from '../../aws/faults.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { isSameMutability } from '../../core/settings/tag-mutability.ts';
import type { Ecr, Repository } from './ecr/ecr.ts';
import { fingerprintOfPolicy } from './fingerprint.ts';
import { encodeMemory, memoryKeys } from './memory.ts';
import { isChanging, type Plan } from './plan.ts';
import type { Surroundings } from './surroundings.ts';
import { mutabilityWords } from './weakening.ts';

/**
 * Writes every plan.
 *
 * @param isOne whether the author named one repository: of several, one that is deleted meanwhile is left out
 * @returns the plans whose repositories there still are
 */
export async function writeAll(
  plans: readonly Plan[],
  isOne: boolean,
  surroundings: Surroundings,
): Promise<readonly Plan[]> {
  const written = await mapConcurrently(plans, async (plan) => {
    try {
      await write(plan, surroundings);
      return [plan];
    } catch (error) {
      if (isOne || !isRepositoryNotFound(error)) throw error;
      surroundings.log({
        level: 'WARN',
        message: 'deleted meanwhile',
        repository: plan.found.repository.name,
      });
      return [];
    }
  });
  return written.flat();
}

async function write(
  { found, memory, tagMutability, scanOnPush, lifecyclePolicy, isOwnPolicy }: Plan,
  { ecr, journal, log }: Surroundings,
): Promise<void> {
  const { repository, tags, lifecycle } = found;
  const { name, arn } = repository;
  if (memory !== undefined) {
    const made = encodeMemory(memory);
    await journal.change(name, {
      setting: 'the tags that remember its settings',
      make: () => ecr.tag(arn, made),
      putBack: (late) => restoreTags(late, arn, tags, [...made.keys()]),
    });
    // Pieces of an earlier memory would be read as this one's.
    const stale = memoryKeys(tags).filter((key) => !made.has(key));
    if (stale.length > 0)
      await journal.change(name, {
        setting: 'the tags that remember its settings',
        make: () => ecr.untag(arn, stale),
        putBack: (late) => restoreTags(late, arn, tags, []),
      });
  }
  if (tagMutability !== undefined)
    await journal.change(name, {
      setting: 'ImageTagMutability',
      make: () => ecr.putTagMutability(name, tagMutability),
      putBack: (late) => late.putTagMutability(name, repository.tagMutability),
    });
  if (scanOnPush !== undefined)
    await journal.change(name, {
      setting: 'ImageScanningConfiguration',
      make: () => ecr.putScanOnPush(name, scanOnPush),
      putBack: (late) => late.putScanOnPush(name, repository.scanOnPush),
    });
  if (lifecyclePolicy === undefined) return;
  const earlier = lifecycle?.text;
  // It does not fit into tags, so an operator finds it here. It comes from ECR, where whoever reads this could read it.
  if (earlier !== undefined && !isOwnPolicy)
    log({ level: 'WARN', message: 'replaces a lifecycle policy', repository: name, earlier });
  // The last write: after a crash everything that can be put back out of the memory still can.
  await journal.change(name, {
    setting: 'LifecyclePolicy',
    make: () =>
      lifecyclePolicy === null
        ? ecr.deleteLifecyclePolicy(name)
        : ecr.putLifecyclePolicy(name, lifecyclePolicy),
    putBack: (late) =>
      earlier === undefined ? late.deleteLifecyclePolicy(name) : late.putLifecyclePolicy(name, earlier),
  });
}

async function restoreTags(
  ecr: Ecr,
  arn: string,
  before: ReadonlyMap<string, string>,
  written: readonly string[],
): Promise<void> {
  const old = new Map(memoryKeys(before).map((key) => [key, before.get(key) ?? '']));
  if (old.size > 0) await ecr.tag(arn, old);
  const added = written.filter((key) => !old.has(key));
  if (added.length > 0) await ecr.untag(arn, added);
}

/** Reads back what was written, or tells what is not in effect. ECR's reads may lag behind its writes. */
export async function proveAll(
  plans: readonly Plan[],
  { ecr, deadline, log }: Surroundings,
): Promise<{ readonly proven: readonly Plan[] } | { readonly refusal: string }> {
  const changing = plans.filter(isChanging);
  if (changing.length === 0) return { proven: plans };
  const read = async () => [await readSettings(changing, ecr), await readPolicies(changing, ecr)] as const;
  const [settings, policies] = await readUntil(
    read,
    ([now, texts]) => changing.every((plan) => unproven(plan, now, texts) === undefined),
    deadline,
  );
  const isThere = ({ found }: Plan) => settings.has(found.repository.name);
  for (const plan of changing.filter(isThere)) {
    const problem = unproven(plan, settings, policies);
    if (problem !== undefined)
      return {
        refusal: `ECR took the settings of ${plan.found.repository.name} but answers ${problem} afterwards; somebody else may be changing it.`,
      };
  }
  for (const { found } of changing.filter((plan) => !isThere(plan)))
    log({ level: 'WARN', message: 'deleted meanwhile', repository: found.repository.name });
  return { proven: plans.filter((plan) => !isChanging(plan) || isThere(plan)) };
}

async function readSettings(plans: readonly Plan[], ecr: Ecr): Promise<ReadonlyMap<string, Repository>> {
  const [only, ...others] = plans;
  if (only === undefined) return new Map();
  const one = others.length === 0 ? await ecr.repository(only.found.repository.name) : undefined;
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
    async ({ found }): Promise<(readonly [string, string | undefined])[]> => {
      const { name } = found.repository;
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

/** What a repository answers that was not written so; undefined when everything is, or there is none any more. */
function unproven(
  { found, tagMutability, scanOnPush, lifecyclePolicy }: Plan,
  settings: ReadonlyMap<string, Repository>,
  policies: ReadonlyMap<string, string | undefined>,
): string | undefined {
  const { name } = found.repository;
  const after = settings.get(name);
  // Reads may lag behind the creation too: whoever reads until all is proven, reads again.
  if (after === undefined) return 'nothing';
  if (tagMutability !== undefined && !isSameMutability(tagMutability, after.tagMutability))
    return `ImageTagMutability ${mutabilityWords(after.tagMutability)}`;
  if (scanOnPush !== undefined && scanOnPush !== after.scanOnPush) return `ScanOnPush ${after.scanOnPush}`;
  const policy = policies.get(name);
  const isAsWanted =
    lifecyclePolicy === undefined ||
    (lifecyclePolicy === null
      ? policy === undefined
      : policy !== undefined && fingerprintOfPolicy(policy) === fingerprintOfPolicy(lifecyclePolicy));
  return isAsWanted ? undefined : 'another LifecyclePolicy';
}
