/** The life of a `Custom::EcrSettings`: what each kind of request does. */
import { createHash } from 'node:crypto';
import type { Policy } from '../../core/policy.ts';
import type { Ecr, Repository } from './ecr.ts';
import { isSame, planSettings } from './plan.ts';
import { parseProperties, type WantedSettings } from './properties.ts';
import type { SettingsRequest } from './request.ts';
import type { Answer } from './response.ts';

/** What serving a request depends on. */
export interface Surroundings {
  readonly ecr: Ecr;
  readonly policy: Pick<Policy, 'MutableTags' | 'Enforcement'>;
  /** Tells one step; never a property's value that could be NoEcho. */
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

/** The id of the resource that a stack's logical ID makes: the same at each delivery of a request. */
export function physicalIdOf(request: {
  readonly stackId: string;
  readonly logicalResourceId: string;
}): string {
  const stack = createHash('sha256').update(request.stackId).digest('hex').slice(0, 12);
  return `ecr-settings-${request.logicalResourceId}-${stack}`.slice(0, 1024);
}

/** The id that a failed Create answers with; CloudFormation then sends Delete for it, which finds nothing to do. */
export function notCreatedId(request: {
  readonly stackId: string;
  readonly logicalResourceId: string;
}): string {
  return `${physicalIdOf(request)}-not-created`.slice(0, 1024);
}

async function apply(
  request: SettingsRequest,
  id: string,
  failedId: string,
  { ecr, policy, log }: Surroundings,
): Promise<Answer> {
  const fail = (reason: string): Answer => ({ status: 'FAILED', physicalResourceId: failedId, reason });
  const parsed = parseProperties(request.properties);
  if ('problems' in parsed) return fail(`${request.logicalResourceId}: ${parsed.problems.join('; ')}.`);
  const { wanted } = parsed;
  const name = wanted.repositoryName;
  const before = await ecr.describe(name);
  if (before === undefined)
    return fail(
      `Repository ${name} does not exist in this account and region: create it first, or correct RepositoryName.`,
    );

  const planned = planSettings(wanted, before, policy);
  if ('refusal' in planned) return fail(planned.refusal);
  const { plan } = planned;
  if (plan.tagMutability !== undefined) await ecr.putTagMutability(name, plan.tagMutability);
  if (plan.scanOnPush !== undefined) await ecr.putScanOnPush(name, plan.scanOnPush);
  const isUnchanged = plan.tagMutability === undefined && plan.scanOnPush === undefined;

  const after = isUnchanged ? before : await ecr.describe(name);
  log({ message: isUnchanged ? 'nothing to change' : 'settings written', repository: name, before, after });
  if (after === undefined) return fail(`Repository ${name} was deleted while its settings were written.`);
  const unproven = unprovenSettings(wanted, plan, after);
  return unproven === undefined
    ? { status: 'SUCCESS', physicalResourceId: id, data: attributes(after) }
    : fail(
        `ECR took the settings of ${name} but answers ${unproven} afterwards; somebody else may be changing it.`,
      );
}

function unprovenSettings(
  _wanted: WantedSettings,
  plan: {
    readonly tagMutability: Repository['tagMutability'] | undefined;
    readonly scanOnPush: boolean | undefined;
  },
  after: Repository,
): string | undefined {
  if (plan.tagMutability !== undefined && !isSame(plan.tagMutability, after.tagMutability))
    return `ImageTagMutability ${after.tagMutability.mutability}`;
  if (plan.scanOnPush !== undefined && plan.scanOnPush !== after.scanOnPush)
    return `ScanOnPush ${after.scanOnPush}`;
  return undefined;
}

/** What `Fn::GetAtt` can ask for. */
function attributes(repository: Repository): Readonly<Record<string, string>> {
  return {
    RepositoryArn: repository.arn,
    RepositoryUri: repository.uri,
    ImageTagMutability: repository.tagMutability.mutability,
  };
}
