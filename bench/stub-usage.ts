/** Responses of the services that use images, for an account of any size; nothing but ECS and AWS Lambda uses any. */
import type { Answer, Input } from './stub-answers.ts';

/** What there is in the account. */
export interface UsageSize {
  readonly clusters: number;
  readonly servicesEach: number;
  readonly tasksEach: number;
  /** Families of task definitions; the services and tasks use them by turns. */
  readonly families: number;
  /** Versions of functions that are created from an image. */
  readonly functions: number;
  /** The image of a family or a version, by its number. */
  readonly imageOf: (index: number) => string;
}

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:123456789012:${resource}`;
const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const numberIn = (text: unknown) => Number(/(\d+)\D*$/.exec(String(text))?.[1] ?? 0);

/** One page of names with numbers: the size is the caller's. */
function page(input: Input, total: number, key: string, item: (index: number) => unknown): Answer {
  const from = Number(input.nextToken ?? input.Marker ?? 0);
  const to = Math.min(total, from + Number(input.maxResults ?? input.MaxItems ?? 100));
  const next = to < total ? { nextToken: String(to), NextMarker: String(to) } : {};
  return { body: { [key]: Array.from({ length: to - from }, (_, at) => item(from + at)), ...next } };
}

type Answers = Readonly<Record<string, (input: Input) => Answer>>;

/** The answers by operation; those of App Runner that ECS has too are told apart by the cluster. */
export function usageAnswers(size: UsageSize): Answers {
  return { ...clusterAnswers(size), ...definitionAnswers(size), ...functionAnswers(size), ...unusedAnswers };
}

const definitionOf = (index: number, { families }: UsageSize) =>
  arn('ecs', `task-definition/family-${index % families}:1`);

function clusterAnswers(size: UsageSize): Answers {
  const { clusters, servicesEach, tasksEach, families, imageOf } = size;
  const service = (name: string) => ({
    serviceArn: name,
    taskDefinition: definitionOf(numberIn(name), size),
    currentServiceRevisions: [{ arn: name.replace(':service/', ':service-revision/') }],
  });
  const task = (name: string) => ({
    taskArn: name,
    taskDefinitionArn: definitionOf(numberIn(name), size),
    containers: [{ image: imageOf(numberIn(name) % families) }],
  });
  return {
    ListClusters: (input) =>
      page(input, clusters, 'clusterArns', (index) => arn('ecs', `cluster/c-${index}`)),
    ListServices: (input) =>
      input.cluster === undefined
        ? { body: { ServiceSummaryList: [] } }
        : page(input, servicesEach, 'serviceArns', (index) =>
            arn('ecs', `service/${numberIn(input.cluster)}/s-${index}`),
          ),
    DescribeServices: ({ services }) => ({ body: { services: listOf(services).map(service), failures: [] } }),
    DescribeServiceRevisions: ({ serviceRevisionArns }) => ({
      body: {
        serviceRevisions: listOf(serviceRevisionArns).map((name) => ({
          serviceRevisionArn: name,
          containerImages: [{ image: imageOf(numberIn(name) % families) }],
        })),
      },
    }),
    ListTasks: (input) =>
      page(input, tasksEach, 'taskArns', (index) => arn('ecs', `task/${numberIn(input.cluster)}/t-${index}`)),
    DescribeTasks: ({ tasks }) => ({ body: { tasks: listOf(tasks).map(task), failures: [] } }),
  };
}

function definitionAnswers(size: UsageSize): Answers {
  return {
    ListTaskDefinitionFamilies: (input) =>
      page(input, size.families, 'families', (index) => `family-${index}`),
    DescribeTaskDefinition: ({ taskDefinition }) => {
      const index = numberIn(String(taskDefinition).replace(/:1$/, ''));
      return {
        body: {
          taskDefinition: {
            taskDefinitionArn: definitionOf(index, size),
            containerDefinitions: [{ image: size.imageOf(index) }],
          },
        },
      };
    },
  };
}

function functionAnswers({ functions, imageOf }: UsageSize): Answers {
  return {
    ListFunctions: (input) =>
      page(input, functions, 'Functions', (index) => ({
        FunctionName: `f-${index}`,
        FunctionArn: arn('lambda', `function:f-${index}:1`),
        Version: '1',
        PackageType: 'Image',
      })),
    GetFunction: ({ FunctionName }) => ({ body: { Code: { ImageUri: imageOf(numberIn(FunctionName)) } } }),
  };
}

const unusedAnswers: Answers = {
  DescribeJobDefinitions: () => ({ body: { jobDefinitions: [] } }),
  ListProjects: () => ({ body: { projects: [] } }),
  ListModels: () => ({ body: { Models: [] } }),
  ListEndpoints: () => ({ body: { Endpoints: [] } }),
  ListInferenceComponents: () => ({ body: { InferenceComponents: [] } }),
  BatchGetAccountStatus: () => ({ body: { accounts: [] } }),
};
