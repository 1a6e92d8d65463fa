/** ECR's operations that the bench speaks, and what the tests call them. */
import type { JsonObject } from '../../../../core/json.ts';
import type { ClaimsStep } from './claims-table-operations.ts';
import { namesOf, type Perform, type Registry } from './registry.ts';
import { getAccountSetting, putAccountSetting } from './registry-account.ts';
import { describeImages } from './registry-images.ts';
import {
  deleteLifecyclePolicy,
  getLifecyclePolicy,
  getLifecyclePolicyPreview,
  putLifecyclePolicy,
  startLifecyclePolicyPreview,
} from './registry-lifecycle.ts';
import { describePullThroughCacheRules, describeRegistry, getRepositoryPolicy } from './registry-origins.ts';
import {
  batchGetRepositoryScanningConfiguration,
  describeRepositories,
  getRegistryScanningConfiguration,
  putImageScanningConfiguration,
  putImageTagMutability,
} from './registry-settings.ts';
import { listTagsForResource, tagResource, untagResource } from './registry-tags.ts';
import { errorReply, type Reply } from './reply.ts';

/** The steps of a request; `prove` is the reading by name after a put, `list` the reading without a name. */
export type Step =
  | 'describe'
  | 'list'
  | 'put mutability'
  | 'put scanning'
  | 'prove'
  | 'see scanning'
  | 'see registry'
  | 'read tags'
  | 'write tags'
  | 'remove tags'
  | 'read lifecycle'
  | 'put lifecycle'
  | 'delete lifecycle'
  | 'start preview'
  | 'see preview'
  | 'see images'
  | 'read account'
  | 'put account'
  | 'read policy'
  | 'read rules'
  | 'read replication'
  | ClaimsStep
  | 'answer';

interface Spec {
  readonly step: Step;
  readonly perform: Perform;
  /** The members of a request that the bench understands. */
  readonly members: readonly string[];
}

const spec = (step: Step, perform: Perform, ...members: readonly string[]): Spec => ({
  step,
  perform,
  members,
});
const name = 'repositoryName';
const arn = 'resourceArn';
const paging = ['maxResults', 'nextToken'] as const;
const text = 'lifecyclePolicyText';

const specs = {
  DescribeRepositories: spec('describe', describeRepositories, 'repositoryNames', ...paging),
  PutImageTagMutability: spec(
    'put mutability',
    putImageTagMutability,
    name,
    'imageTagMutability',
    'imageTagMutabilityExclusionFilters',
  ),
  PutImageScanningConfiguration: spec(
    'put scanning',
    putImageScanningConfiguration,
    name,
    'imageScanningConfiguration',
  ),
  BatchGetRepositoryScanningConfiguration: spec(
    'see scanning',
    batchGetRepositoryScanningConfiguration,
    'repositoryNames',
  ),
  GetRegistryScanningConfiguration: spec('see registry', getRegistryScanningConfiguration),
  ListTagsForResource: spec('read tags', listTagsForResource, arn),
  TagResource: spec('write tags', tagResource, arn, 'tags'),
  UntagResource: spec('remove tags', untagResource, arn, 'tagKeys'),
  GetLifecyclePolicy: spec('read lifecycle', getLifecyclePolicy, name),
  PutLifecyclePolicy: spec('put lifecycle', putLifecyclePolicy, name, text),
  DeleteLifecyclePolicy: spec('delete lifecycle', deleteLifecyclePolicy, name),
  StartLifecyclePolicyPreview: spec('start preview', startLifecyclePolicyPreview, name, text),
  GetLifecyclePolicyPreview: spec('see preview', getLifecyclePolicyPreview, name, ...paging),
  DescribeImages: spec('see images', describeImages, name, 'imageIds', 'filter', ...paging),
  GetAccountSetting: spec('read account', getAccountSetting, 'name'),
  PutAccountSetting: spec('put account', putAccountSetting, 'name', 'value'),
  GetRepositoryPolicy: spec('read policy', getRepositoryPolicy, name),
  DescribePullThroughCacheRules: spec('read rules', describePullThroughCacheRules, ...paging),
  DescribeRegistry: spec('read replication', describeRegistry),
} satisfies Readonly<Record<string, Spec>>;

export type Operation = keyof typeof specs;

export function isOperation(operation: string | undefined): operation is Operation {
  return operation !== undefined && Object.hasOwn(specs, operation);
}

/** Does what ECR does. */
export function perform(registry: Registry, operation: Operation, input: JsonObject): Reply {
  const { perform, members } = specs[operation];
  const strange = Object.keys(input).find((key) => !members.includes(key));
  // An answer that passes over what was asked would let a test pass by mistake.
  return strange === undefined
    ? perform(registry, input)
    : errorReply(400, 'ValidationException', `The bench's ECR does not know ${strange} of ${operation}`);
}

/**
 * What a call is to the tests.
 *
 * @param written the repositories that a put has reached; one that this call makes is added
 */
export function stepOf(operation: Operation, input: JsonObject, written: Set<string>): Step {
  const { step } = specs[operation];
  const names = namesOf(input);
  if (step === 'describe') {
    if (names.length === 0) return 'list';
    return names.some((name) => written.has(name)) ? 'prove' : 'describe';
  }
  if (step.startsWith('put')) for (const name of names) written.add(name);
  return step;
}
