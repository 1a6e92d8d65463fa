/** What each source of evidence calls: documentation, policies and tests are held against this table. */
import type { UsageSource } from '../../core/usage/evidence.ts';

/** The sources that this room reads; pull times come with the images themselves. */
export type ReadableSource = Exclude<UsageSource, 'pulls'>;

/**
 * The IAM actions that each source needs. None changes anything.
 *
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const usageActions = {
  ecs: [
    'ecs:ListClusters',
    'ecs:ListTasks',
    'ecs:DescribeTasks',
    'ecs:ListServices',
    'ecs:DescribeServices',
    'ecs:DescribeServiceDeployments',
    'ecs:DescribeServiceRevisions',
    'ecs:ListTaskDefinitionFamilies',
    'ecs:DescribeTaskDefinition',
  ],
  lambda: ['lambda:ListFunctions', 'lambda:GetFunction'],
  batch: ['batch:DescribeJobDefinitions'],
  codebuild: ['codebuild:ListProjects', 'codebuild:BatchGetProjects'],
  apprunner: ['apprunner:ListServices', 'apprunner:DescribeService'],
  sagemaker: [
    'sagemaker:ListModels',
    'sagemaker:DescribeModel',
    'sagemaker:ListEndpoints',
    'sagemaker:DescribeEndpoint',
    'sagemaker:ListInferenceComponents',
    'sagemaker:DescribeInferenceComponent',
  ],
  inspector: [
    'inspector2:BatchGetAccountStatus',
    'inspector2:ListCoverage',
    // Without it, an image in use is named by itself, not by its clusters.
    'inspector2:GetClustersForImage',
  ],
} as const satisfies Readonly<Record<ReadableSource, readonly string[]>>;

/** An IAM action of a source. */
export type UsageAction<Source extends ReadableSource = ReadableSource> =
  (typeof usageActions)[Source][number];

/** What the names of CloudFormation's tags need (stack-tags.ts). */
export const stackTagActions = ['tag:GetResources'] as const;

/** What shows the stack of a repository without them (cloudformation/repository-stacks.ts). */
export const repositoryStackActions = ['cloudformation:DescribeStackResources'] as const;

/** The operation of an action: `ListTasks` of `ecs:ListTasks`. */
export function operationOf(action: string): string {
  return action.slice(action.indexOf(':') + 1);
}
