/** Reads the registries of an audit, several at once, into one collection of audits. */
import { auditRepository } from '../audit/audit-repository.ts';
import { type ReadOptions, readRegistry } from '../audit/read/registry.ts';
import type { RegistryReading } from '../audit/reading.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
import { isUnknown } from '../core/known.ts';
import { isProblem, Problem } from '../core/problem.ts';
import { registryProblem } from '../wording/audit/unreadable.ts';
import type { CollectedAudits, RegistryOutcome } from './collect-audits.ts';
import { clientOf, withConnection } from './connection.ts';
import type { TagsFile } from './tags-file.ts';
import { credentialsOf, type Target } from './targets.ts';

/** What is the same for every registry. */
export interface ReadingContext {
  /** How each is read, but for where it is. */
  readonly reading: Pick<
    ReadOptions,
    'registryId' | 'maxPushes' | 'sourceRegions' | 'usageSources' | 'now' | 'stop' | 'isIncluded'
  >;
  readonly judged: Parameters<typeof auditRepository>[1];
  readonly audits: CollectedAudits;
  readonly tags: TagsFile | undefined;
  /** Called with how many repositories are read, and how many there are, of all registries. */
  readonly onProgress: (read: number, total: number) => void;
}

// Each calls its own account and Region, so they share no rate; their connections and lists are held at once.
const registriesAtOnce = 4;

/** What became of each target, in their order. @throws Problem of a single one that cannot be read */
export async function readRegistries(
  targets: readonly Target[],
  context: ReadingContext,
): Promise<readonly RegistryOutcome[]> {
  const progress = startProgress(context.onProgress);
  const claimed = new Map<string, number>();
  const read = async (index: number): Promise<RegistryOutcome> => {
    const target = targets[index] ?? {};
    const known = {
      account: accountOf(target, context),
      region: target.region ?? '',
      by: credentialsOf(target),
    };
    try {
      const { registry, total } = await readOne(index, target, context, claimed, progress);
      return {
        reading: registry,
        total,
        about: { ...known, account: registry.registryId, region: registry.region },
      };
    } catch (error) {
      if (targets.length === 1 || !isProblem(error)) throw error;
      return { total: 0, about: { ...known, failure: error.message } };
    }
  };
  return mapConcurrently([...targets.keys()], read, registriesAtOnce);
}

function readOne(
  index: number,
  target: Target,
  { reading, judged, audits, tags }: ReadingContext,
  claimed: Map<string, number>,
  progress: (index: number, read: number, total: number) => void,
) {
  const { region, profile, endpointUrl } = target;
  return withConnection(target, () =>
    readRegistry({
      ...reading,
      ...{ region, profile, endpointUrl, credentials: clientOf(target).credentials },
      previousTags: (repository) => tags?.previous(repository),
      onRegistry: (registry) => claim(claimed, index, registry),
      onRepository(repository, registry) {
        audits.add(auditRepository(repository, judged), registry, index);
        if (!isUnknown(repository.images)) tags?.record(repository, repository.images);
      },
      onProgress: (read, total) => progress(index, read, total),
    }).catch((error: unknown) => {
      throw registryProblem(error);
    }),
  );
}

/** Two profiles may be of one account: its repositories would count twice. @throws Problem for the second one */
function claim(claimed: Map<string, number>, index: number, { registryId, region }: RegistryReading): void {
  const name = `${registryId} in ${region}`;
  const other = claimed.get(name) ?? index;
  claimed.set(name, other);
  if (registryId !== '' && other !== index)
    throw new Problem(`The registry ${name} is already covered: specify each account and Region once.`);
}

/** The account that is in a role's ARN, or that was asked for. */
function accountOf({ roleArn = '' }: Target, { reading }: ReadingContext): string {
  return reading.registryId ?? /^arn:[^:]*:iam::(\d{12}):/.exec(roleArn)?.[1] ?? '';
}

function startProgress(onProgress: ReadingContext['onProgress']) {
  const counts = new Map<number, readonly [read: number, total: number]>();
  return (index: number, read: number, total: number) => {
    counts.set(index, [read, total]);
    const all = [...counts.values()];
    const sum = (of: 0 | 1) => all.reduce((before, count) => before + count[of], 0);
    onProgress(sum(0), sum(1));
  };
}
