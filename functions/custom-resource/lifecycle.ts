/** The life of a `Custom::EcrSettings`: what each kind of request does. */
import { createHash } from 'node:crypto';
import type { Policy } from '../../core/policy.ts';
import { type Deadline, readUntil } from './deadline.ts';
import type { Ecr, Repository } from './ecr.ts';
import { describePlan, isSame, type Plan, planSettings } from './plan.ts';
import { parseProperties } from './properties.ts';
import type { SettingsRequest } from './request.ts';
import type { Answer } from './response.ts';
import { type Scanning, unscannedReason } from './scanning.ts';

/** What serving a request depends on. */
export interface Surroundings {
  readonly ecr: Ecr;
  readonly policy: Pick<Policy, 'MutableTags' | 'Enforcement'>;
  readonly deadline: Deadline;
  /** Tells one step: names, kinds, and what ECR itself says; never a property's value, which could be NoEcho. */
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
}

/**
 * Serves one request. What the SDK throws is left to the caller, who turns it into an answer.
 */
export async function serve(request: SettingsRequest, surroundings: Surroundings): Promise<Answer> {
  switch (request.requestType) {
    case 'Create':
      return apply(request, physicalIdOf(request), notCreatedId(request), surroundings);
    case 'Update':
      // A failed Update must echo the id: another one would tell CloudFormation that the resource was replaced.
      return apply(request, request.physicalResourceId, request.physicalResourceId, surroundings);
    case 'Delete':
      // The settings stay: a repository does not become unsafe because a stack is deleted.
      return { status: 'SUCCESS', physicalResourceId: request.physicalResourceId, data: {} };
    default:
      return request satisfies never;
  }
}

/**
 * The id of the resource that a stack's logical ID makes: the same at each delivery of a request. Logical IDs
 * have at most 255 characters, so it keeps well under the 1,024 bytes of an id.
 */
function physicalIdOf(request: { readonly stackId: string; readonly logicalResourceId: string }): string {
  const stack = createHash('sha256').update(request.stackId).digest('hex').slice(0, 12);
  return `ecr-settings-${request.logicalResourceId}-${stack}`;
}

/** The id that a failed Create answers with; CloudFormation then sends Delete for it, which finds nothing to do. */
export function notCreatedId(request: {
  readonly stackId: string;
  readonly logicalResourceId: string;
}): string {
  return `${physicalIdOf(request)}-not-created`;
}

async function apply(
  request: SettingsRequest,
  id: string,
  failedId: string,
  { ecr, policy, deadline, log }: Surroundings,
): Promise<Answer> {
  const fail = (message: string, reason: string): Answer => {
    log({ level: 'WARN', message });
    return { status: 'FAILED', physicalResourceId: failedId, reason };
  };
  const parsed = parseProperties(request.properties);
  if ('problems' in parsed)
    return fail('properties refused', `${request.logicalResourceId}: ${sentence(parsed.problems)}`);
  const { wanted } = parsed;
  const name = wanted.repositoryName;
  const before = await readUntil(
    () => ecr.describe(name),
    (found) => found !== undefined,
    deadline,
  );
  if (before === undefined)
    return fail(
      'no such repository',
      `Repository ${name} does not exist in this account and region: create it first, or correct RepositoryName.`,
    );

  const planned = planSettings(wanted, before, policy);
  if ('refusal' in planned) return fail('refused by Enforcement', planned.refusal);
  const { plan } = planned;
  if (wanted.dryRun) return dryRun(id, name, plan, before, { ecr, log });
  if (plan.tagMutability !== undefined) await ecr.putTagMutability(name, plan.tagMutability);
  if (plan.scanOnPush !== undefined) await ecr.putScanOnPush(name, plan.scanOnPush);
  const isUnchanged = plan.tagMutability === undefined && plan.scanOnPush === undefined;

  const after = isUnchanged
    ? before
    : await readUntil(
        () => ecr.describe(name),
        (found) => found !== undefined && unprovenSetting(plan, found) === undefined,
        deadline,
      );
  log({ message: isUnchanged ? 'nothing to change' : 'settings written', before, after });
  if (after === undefined)
    return fail('deleted meanwhile', `Repository ${name} was deleted while its settings were written.`);
  const unproven = unprovenSetting(plan, after);
  if (unproven !== undefined)
    return fail(
      'not in effect',
      `ECR took the settings of ${name} but answers ${unproven} afterwards; somebody else may be changing it.`,
    );
  const scanning = await ecr.scanning(name);
  log({ message: 'scanning in effect', scanning });
  if (scanning === undefined)
    return fail('deleted meanwhile', `Repository ${name} was deleted while its settings were proven.`);
  const unscanned = wanted.requireScanning ? unscannedReason(name, scanning) : undefined;
  if (unscanned !== undefined) return fail('not scanned', unscanned);
  return { status: 'SUCCESS', physicalResourceId: id, data: attributes(after, scanning) };
}

/** Answers what would be changed, beside the attributes as they are; no write is made. */
async function dryRun(
  id: string,
  name: string,
  plan: Plan,
  current: Repository,
  { ecr, log }: Pick<Surroundings, 'ecr' | 'log'>,
): Promise<Answer> {
  const scanning = await ecr.scanning(name);
  log({ message: 'dry run', current, plan, scanning });
  const data = scanning === undefined ? {} : attributes(current, scanning);
  return {
    status: 'SUCCESS',
    physicalResourceId: id,
    data: { ...data, WouldChange: describePlan(plan, current) || 'nothing' },
  };
}

/** Clauses as one sentence; a clause that asks ("did you mean …?") ends it as well as a full stop. */
function sentence(clauses: readonly string[]): string {
  const text = clauses.join('; ');
  return text.endsWith('?') ? text : `${text}.`;
}

function unprovenSetting(plan: Plan, after: Repository): string | undefined {
  if (plan.tagMutability !== undefined && !isSame(plan.tagMutability, after.tagMutability))
    return `ImageTagMutability ${[after.tagMutability.mutability, ...after.tagMutability.exclusions].join(' ')}`;
  if (plan.scanOnPush !== undefined && plan.scanOnPush !== after.scanOnPush)
    return `ScanOnPush ${after.scanOnPush}`;
  return undefined;
}

/** What `Fn::GetAtt` can ask for. */
function attributes(repository: Repository, scanning: Scanning): Readonly<Record<string, string>> {
  return {
    RepositoryArn: repository.arn,
    RepositoryUri: repository.uri,
    ImageTagMutability: repository.tagMutability.mutability,
    ScanFrequency: scanning.frequency,
    ScanType: scanning.type,
  };
}
