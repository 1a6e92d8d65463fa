/** An account in which every source uses images of the repository `app`, in every way that it can. */
import type { ImageReference, UsageSource } from '../../../../core/usage/evidence.ts';
import { address, arn, digest, type Fleet, region, registryId } from './usage-fleet.ts';

const revision = (name: string) => arn('ecs', `service-revision/prod/${name}`);

export const wholeFleet: Fleet = {
  clusters: [
    {
      arn: arn('ecs', 'cluster/prod'),
      tasks: [
        {
          arn: arn('ecs', 'task/prod/1'),
          taskDefinition: 'once:1',
          containers: [
            { image: address('app:running'), imageDigest: digest(1) },
            { image: 'public.ecr.aws/docker/library/nginx:1', imageDigest: digest(99) },
          ],
        },
        // Not pulled yet.
        {
          arn: arn('ecs', 'task/prod/2'),
          taskDefinition: 'web:2',
          containers: [{ image: address('app:web-2') }],
        },
      ],
      services: [
        {
          arn: arn('ecs', 'service/prod/web'),
          taskDefinition: 'web:1',
          revisions: [revision('web/1')],
          deployment: {
            arn: arn('ecs', 'service-deployment/prod/web/d'),
            target: revision('web/2'),
            sources: [revision('web/1'), revision('web/of-2023')],
          },
        },
      ],
    },
    { arn: arn('ecs', 'cluster/empty'), tasks: [], services: [] },
  ],
  revisions: new Map([
    [
      revision('web/1'),
      {
        service: arn('ecs', 'service/prod/web'),
        containers: [{ image: address('app:web-1'), imageDigest: digest(2) }],
      },
    ],
    [
      revision('web/2'),
      {
        service: arn('ecs', 'service/prod/web'),
        containers: [{ image: address('app:web-2'), imageDigest: digest(3) }],
      },
    ],
  ]),
  definitions: new Map([
    ['once:1', [address('app:once')]],
    ['web:1', [address('app:web-1')]],
    ['web:2', [address('app:web-2')]],
    ['nightly:7', [address('app:nightly-7')]],
    ['nightly:8', [address('app:nightly-8'), address(`app@${digest(4)}`)]],
  ]),
  functions: [
    { name: 'zip', version: '$LATEST' },
    { name: 'thumbs', version: '$LATEST', image: address('app:fn'), resolved: address(`app@${digest(5)}`) },
    { name: 'thumbs', version: '1', image: address('app:fn-1'), resolved: address(`app@${digest(6)}`) },
    { name: 'failed', version: '$LATEST', image: address('app:fn-failed') },
  ],
  jobDefinitions: [
    {
      jobDefinitionArn: arn('batch', 'job-definition/container:1'),
      containerProperties: { image: address('app:job'), environment: [{ name: 'A', value: 'b' }] },
    },
    {
      jobDefinitionArn: arn('batch', 'job-definition/ecs:1'),
      ecsProperties: { taskProperties: [{ containers: [{ image: address('app:job-ecs') }] }] },
    },
    {
      jobDefinitionArn: arn('batch', 'job-definition/eks:1'),
      eksProperties: {
        podProperties: {
          containers: [{ image: address('app:job-eks') }],
          initContainers: [{ image: address('app:job-eks-init') }],
        },
      },
    },
    {
      jobDefinitionArn: arn('batch', 'job-definition/nodes:1'),
      nodeProperties: {
        nodeRangeProperties: [
          { targetNodes: '0:', container: { image: address('app:job-node') } },
          {
            targetNodes: '1:',
            ecsProperties: { taskProperties: [{ containers: [{ image: address('app:job-node-ecs') }] }] },
          },
        ],
      },
    },
  ],
  projects: [
    { name: 'build', image: address('app:build') },
    { name: 'managed', image: 'aws/codebuild/standard:7.0' },
  ],
  appRunner: [{ name: 'site', image: address('app:site') }, { name: 'from-source' }],
  models: [{ name: 'm', images: [address('app:model'), address('app:model-2')] }],
  endpoints: [
    {
      EndpointName: 'e',
      EndpointArn: arn('sagemaker', 'endpoint/e'),
      ProductionVariants: [
        {
          DeployedImages: [
            { SpecifiedImage: address('app:model'), ResolvedImage: address(`app@${digest(7)}`) },
          ],
        },
      ],
      PendingDeploymentSummary: {
        ProductionVariants: [{ DeployedImages: [{ SpecifiedImage: address('app:model-next') }] }],
      },
    },
  ],
  components: [
    {
      InferenceComponentName: 'c',
      InferenceComponentArn: arn('sagemaker', 'inference-component/c'),
      Specification: { Container: { DeployedImage: { ResolvedImage: address(`app@${digest(8)}`) } } },
    },
  ],
  inspector: {
    status: 'ENABLED',
    images: [
      { id: arn('ecr', `repository/app/${digest(9)}`), inUseCount: 2 },
      {
        id: arn('ecr', `repository/app/${digest(11)}`),
        inUseCount: 1,
        clusters: { [arn('eks', 'cluster/prod')]: 1, [arn('eks', 'cluster/stopped')]: 0 },
      },
      { id: arn('ecr', `repository/app/${digest(10)}`), inUseCount: 0 },
    ],
  },
  tags: new Map(),
};

function use(source: UsageSource, user: string, image: { digest?: string; tag?: string }): ImageReference {
  return { registryId, region, repository: 'app', ...image, user: { source, arn: user } };
}

/** What is to be found of it, in no particular order. */
export const wholeEvidence: readonly ImageReference[] = [
  use('ecs', arn('ecs', 'task/prod/1'), { tag: 'running', digest: digest(1) }),
  use('ecs', arn('ecs', 'task/prod/2'), { tag: 'web-2' }),
  use('ecs', arn('ecs', 'service/prod/web'), { tag: 'web-1', digest: digest(2) }),
  use('ecs', arn('ecs', 'service/prod/web'), { tag: 'web-2', digest: digest(3) }),
  use('ecs', arn('ecs', 'task-definition/once:1'), { tag: 'once' }),
  use('ecs', arn('ecs', 'task-definition/web:1'), { tag: 'web-1' }),
  use('ecs', arn('ecs', 'task-definition/web:2'), { tag: 'web-2' }),
  use('ecs', arn('ecs', 'task-definition/nightly:8'), { tag: 'nightly-8' }),
  use('ecs', arn('ecs', 'task-definition/nightly:8'), { digest: digest(4) }),
  use('lambda', arn('lambda', 'function:thumbs:$LATEST'), { tag: 'fn', digest: digest(5) }),
  use('lambda', arn('lambda', 'function:thumbs:1'), { tag: 'fn-1', digest: digest(6) }),
  use('lambda', arn('lambda', 'function:failed:$LATEST'), { tag: 'fn-failed' }),
  use('batch', arn('batch', 'job-definition/container:1'), { tag: 'job' }),
  use('batch', arn('batch', 'job-definition/ecs:1'), { tag: 'job-ecs' }),
  use('batch', arn('batch', 'job-definition/eks:1'), { tag: 'job-eks' }),
  use('batch', arn('batch', 'job-definition/eks:1'), { tag: 'job-eks-init' }),
  use('batch', arn('batch', 'job-definition/nodes:1'), { tag: 'job-node' }),
  use('batch', arn('batch', 'job-definition/nodes:1'), { tag: 'job-node-ecs' }),
  use('codebuild', arn('codebuild', 'project/build'), { tag: 'build' }),
  use('apprunner', arn('apprunner', 'service/site'), { tag: 'site' }),
  use('sagemaker', arn('sagemaker', 'model/m'), { tag: 'model' }),
  use('sagemaker', arn('sagemaker', 'model/m'), { tag: 'model-2' }),
  use('sagemaker', arn('sagemaker', 'endpoint/e'), { tag: 'model', digest: digest(7) }),
  use('sagemaker', arn('sagemaker', 'endpoint/e'), { tag: 'model-next' }),
  use('sagemaker', arn('sagemaker', 'inference-component/c'), { digest: digest(8) }),
  use('inspector', arn('ecr', `repository/app/${digest(9)}`), { digest: digest(9) }),
  // Asked for.
  use('inspector', arn('eks', 'cluster/prod'), { digest: digest(11) }),
];
