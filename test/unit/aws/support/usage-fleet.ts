/** What uses images in an account, and what each service answers about it. */
import { isObject, type JsonObject } from '../../../../core/json.ts';

export const registryId = '123456789012';
export const region = 'eu-west-1';
const host = `${registryId}.dkr.ecr.${region}.amazonaws.com`;
/** A value that no evidence and no error may hold. */
export const secret = 'hunter2-not-for-evidence';

/** The address of an image: `repository:tag`, or `repository@digest`. */
export const address = (image: string) => `${host}/${image}`;
/** The digest of a number. */
export const digest = (number: number) => `sha256:${number.toString(16).padStart(64, '0')}`;
export const arn = (service: string, resource: string) =>
  `arn:aws:${service}:${region}:${registryId}:${resource}`;

interface Container {
  readonly image: string;
  readonly imageDigest?: string;
}

export interface EcsService {
  readonly arn: string;
  readonly taskDefinition: string;
  /** ARNs of revisions. */
  readonly revisions?: readonly string[];
  readonly deployment?: {
    readonly arn: string;
    readonly target: string;
    readonly sources: readonly string[];
  };
}

/** Everything that uses images; a test says only what matters to it. */
export interface Fleet {
  readonly clusters: readonly {
    readonly arn: string;
    readonly tasks: readonly {
      readonly arn: string;
      readonly taskDefinition: string;
      readonly containers: readonly Container[];
    }[];
    readonly services: readonly EcsService[];
  }[];
  /** By ARN. */
  readonly revisions: ReadonlyMap<
    string,
    { readonly service: string; readonly containers: readonly Container[] }
  >;
  /** Images by `family:revision`; the last one of a family is its latest. */
  readonly definitions: ReadonlyMap<string, readonly string[]>;
  readonly functions: readonly {
    readonly name: string;
    readonly version: string;
    readonly image?: string;
    readonly resolved?: string;
  }[];
  readonly jobDefinitions: readonly JsonObject[];
  readonly projects: readonly { readonly name: string; readonly image: string }[];
  readonly appRunner: readonly { readonly name: string; readonly image?: string }[];
  readonly models: readonly { readonly name: string; readonly images: readonly string[] }[];
  readonly endpoints: readonly JsonObject[];
  readonly components: readonly JsonObject[];
  readonly inspector: {
    readonly status: string;
    readonly images: readonly {
      readonly id: string;
      readonly inUseCount: number;
      /** How many units run in each cluster, by its ARN. */
      readonly clusters?: Readonly<Record<string, number>>;
    }[];
  };
  /** By ARN of the repository. */
  readonly tags: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

export const emptyFleet: Fleet = {
  clusters: [],
  revisions: new Map(),
  definitions: new Map(),
  functions: [],
  jobDefinitions: [],
  projects: [],
  appRunner: [],
  models: [],
  endpoints: [],
  components: [],
  inspector: { status: 'ENABLED', images: [] },
  tags: new Map(),
};

const maxima: Readonly<Record<string, number>> = {
  'codebuild:ListProjects': 100,
  'lambda:ListFunctions': 50,
};

/** A page of a list, whose size is the caller's, or the service's own. */
function page<Entry>(
  operation: string,
  list: readonly Entry[],
  input: JsonObject,
): { entries: readonly Entry[]; next?: string } {
  const token = input.nextToken ?? input.NextToken ?? input.Marker ?? input.PaginationToken ?? '0';
  const size = input.maxResults ?? input.MaxResults ?? input.MaxItems ?? input.ResourcesPerPage;
  const from = Number(token);
  const to = from + Number(size ?? maxima[operation] ?? 100);
  return { entries: list.slice(from, to), ...(to < list.length ? { next: `${to}` } : {}) };
}

const environment = [{ name: 'PASSWORD', value: secret }];
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/** @returns undefined for an operation that the service does not have */
export function answer(fleet: Fleet, operation: string, input: JsonObject): JsonObject | undefined {
  return operations[operation]?.(fleet, input);
}

type Answer = (fleet: Fleet, input: JsonObject) => JsonObject;
const clusterOf = ({ clusters }: Fleet, input: JsonObject) =>
  clusters.find((each) => each.arn === input.cluster);
const familyOf = (definition: string) => definition.split(':')[0] ?? '';
const definitionArn = (definition: string) => arn('ecs', `task-definition/${definition}`);

const ecs: Record<string, Answer> = {
  'ecs:ListClusters'({ clusters }, input) {
    const { entries, next } = page('', clusters, input);
    return { clusterArns: entries.map((each) => each.arn), ...(next ? { nextToken: next } : {}) };
  },
  'ecs:ListTasks'(fleet, input) {
    const { entries, next } = page('', clusterOf(fleet, input)?.tasks ?? [], input);
    return { taskArns: entries.map((each) => each.arn), ...(next ? { nextToken: next } : {}) };
  },
  'ecs:DescribeTasks'(fleet, input) {
    const tasks = clusterOf(fleet, input)?.tasks ?? [];
    const names = textsOf(input.tasks);
    return {
      tasks: tasks
        .filter((each) => names.includes(each.arn))
        .map((each) => ({
          taskArn: each.arn,
          taskDefinitionArn: definitionArn(each.taskDefinition),
          overrides: { containerOverrides: [{ environment }] },
          containers: each.containers.map((container) => ({ ...container })),
        })),
      failures: names
        .filter((name) => !tasks.some((each) => each.arn === name))
        .map((name) => ({ arn: name, reason: 'MISSING' })),
    };
  },
  'ecs:ListServices'(fleet, input) {
    const { entries, next } = page('', clusterOf(fleet, input)?.services ?? [], input);
    return { serviceArns: entries.map((each) => each.arn), ...(next ? { nextToken: next } : {}) };
  },
  'ecs:DescribeServices'(fleet, input) {
    const names = textsOf(input.services);
    return {
      services: (clusterOf(fleet, input)?.services ?? [])
        .filter((each) => names.includes(each.arn))
        .map(({ arn: serviceArn, taskDefinition, revisions = [], deployment }) => ({
          serviceArn,
          desiredCount: 0,
          taskDefinition: definitionArn(taskDefinition),
          deployments: [{ status: 'PRIMARY', taskDefinition: definitionArn(taskDefinition) }],
          currentServiceRevisions: revisions.map((each) => ({ arn: each })),
          ...(deployment === undefined ? {} : { currentServiceDeployment: deployment.arn }),
        })),
    };
  },
  'ecs:DescribeServiceDeployments'({ clusters }, input) {
    const names = textsOf(input.serviceDeploymentArns);
    const deployments = clusters.flatMap(({ services }) => services.flatMap((each) => each.deployment ?? []));
    return {
      serviceDeployments: deployments
        .filter((each) => names.includes(each.arn))
        .map((each) => ({
          serviceDeploymentArn: each.arn,
          targetServiceRevision: { arn: each.target },
          sourceServiceRevisions: each.sources.map((source) => ({ arn: source })),
        })),
    };
  },
  'ecs:DescribeServiceRevisions'({ revisions }, input) {
    const names = textsOf(input.serviceRevisionArns);
    return {
      serviceRevisions: names.flatMap((name) => {
        const found = revisions.get(name);
        return found === undefined
          ? []
          : [
              {
                serviceRevisionArn: name,
                serviceArn: found.service,
                containerImages: found.containers.map((container) => ({ ...container })),
              },
            ];
      }),
      failures: names
        .filter((name) => !revisions.has(name))
        .map((name) => ({ arn: name, reason: 'MISSING' })),
    };
  },
  'ecs:ListTaskDefinitionFamilies'({ definitions }, input) {
    const families = [...new Set([...definitions.keys()].map(familyOf))];
    const { entries, next } = page('', families, input);
    return { families: [...entries], ...(next ? { nextToken: next } : {}) };
  },
  'ecs:DescribeTaskDefinition'({ definitions }, input) {
    const name = String(input.taskDefinition).replace(/^.*task-definition\//, '');
    const definition = name.includes(':')
      ? name
      : ([...definitions.keys()].findLast((each) => familyOf(each) === name) ?? name);
    return {
      taskDefinition: {
        taskDefinitionArn: definitionArn(definition),
        containerDefinitions: (definitions.get(definition) ?? []).map((image) => ({ image, environment })),
      },
    };
  },
};

const lambda: Record<string, Answer> = {
  'lambda:ListFunctions'({ functions }, input) {
    const { entries, next } = page('lambda:ListFunctions', functions, input);
    return {
      Functions: entries.map(({ name, version, image }) => ({
        FunctionName: name,
        FunctionArn: arn('lambda', `function:${name}:${version}`),
        Version: version,
        PackageType: image === undefined ? 'Zip' : 'Image',
        Environment: { Variables: { PASSWORD: secret } },
      })),
      ...(next ? { NextMarker: next } : {}),
    };
  },
  'lambda:GetFunction'({ functions }, input) {
    const found = functions.find(({ name, version }) => name === input.name && version === input.version);
    return {
      Configuration: { Environment: { Variables: { PASSWORD: secret } } },
      Code: {
        RepositoryType: 'ECR',
        Location: `https://code.example/?X-Amz-Signature=${secret}`,
        ...(found?.image === undefined ? {} : { ImageUri: found.image }),
        ...(found?.resolved === undefined ? {} : { ResolvedImageUri: found.resolved }),
      },
    };
  },
};

const builds: Record<string, Answer> = {
  'batch:DescribeJobDefinitions'({ jobDefinitions }, input) {
    const { entries, next } = page('', jobDefinitions, input);
    return { jobDefinitions: [...entries], ...(next ? { nextToken: next } : {}) };
  },
  'codebuild:ListProjects'({ projects }, input) {
    const { entries, next } = page('codebuild:ListProjects', projects, input);
    return { projects: entries.map(({ name }) => name), ...(next ? { nextToken: next } : {}) };
  },
  'codebuild:BatchGetProjects'({ projects }, input) {
    const names = textsOf(input.names);
    return {
      projects: projects
        .filter(({ name }) => names.includes(name))
        .map(({ name, image }) => ({
          arn: arn('codebuild', `project/${name}`),
          environment: { image, environmentVariables: environment },
        })),
    };
  },
  'apprunner:ListServices'({ appRunner }, input) {
    const { entries, next } = page('', appRunner, input);
    return {
      ServiceSummaryList: entries.map(({ name }) => ({ ServiceArn: arn('apprunner', `service/${name}`) })),
      ...(next ? { NextToken: next } : {}),
    };
  },
  'apprunner:DescribeService'({ appRunner }, input) {
    const found = appRunner.find(({ name }) => input.ServiceArn === arn('apprunner', `service/${name}`));
    return {
      Service: {
        SourceConfiguration:
          found?.image === undefined
            ? { CodeRepository: { RepositoryUrl: secret } }
            : {
                ImageRepository: {
                  ImageIdentifier: found.image,
                  ImageConfiguration: { RuntimeEnvironmentVariables: { PASSWORD: secret } },
                },
              },
      },
    };
  },
};

const named = (list: readonly JsonObject[], key: string, input: JsonObject): JsonObject =>
  list.find((each) => each[key] === input[key]) ?? {};

const sagemaker: Record<string, Answer> = {
  'sagemaker:ListModels'({ models }, input) {
    const { entries, next } = page('', models, input);
    return {
      Models: entries.map(({ name }) => ({ ModelName: name, ModelArn: arn('sagemaker', `model/${name}`) })),
      ...(next ? { NextToken: next } : {}),
    };
  },
  'sagemaker:DescribeModel'({ models }, input) {
    const [first, ...others] = models.find(({ name }) => name === input.ModelName)?.images ?? [];
    return {
      ...(first === undefined
        ? {}
        : { PrimaryContainer: { Image: first, Environment: { PASSWORD: secret } } }),
      Containers: others.map((Image) => ({ Image })),
    };
  },
  'sagemaker:ListEndpoints'({ endpoints }, input) {
    const { entries, next } = page('', endpoints, input);
    const Endpoints = entries.map(({ EndpointName, EndpointArn }) => ({
      EndpointName: String(EndpointName),
      EndpointArn: String(EndpointArn),
    }));
    return { Endpoints, ...(next ? { NextToken: next } : {}) };
  },
  'sagemaker:DescribeEndpoint': ({ endpoints }, input) => named(endpoints, 'EndpointName', input),
  'sagemaker:ListInferenceComponents'({ components }, input) {
    const { entries, next } = page('', components, input);
    const InferenceComponents = entries.map(({ InferenceComponentName, InferenceComponentArn }) => ({
      InferenceComponentName: String(InferenceComponentName),
      InferenceComponentArn: String(InferenceComponentArn),
    }));
    return { InferenceComponents, ...(next ? { NextToken: next } : {}) };
  },
  'sagemaker:DescribeInferenceComponent': ({ components }, input) =>
    named(components, 'InferenceComponentName', input),
};

const others: Record<string, Answer> = {
  'inspector2:BatchGetAccountStatus'({ inspector }, input) {
    return {
      accounts: textsOf(input.accountIds).map((accountId) => ({
        accountId,
        resourceState: { ecr: { status: inspector.status } },
      })),
    };
  },
  'inspector2:ListCoverage'({ inspector }, input) {
    const { entries, next } = page('', inspector.images, input);
    return {
      coveredResources: entries.map(({ id, inUseCount }) => ({
        resourceId: id,
        resourceMetadata: { ecrImage: { inUseCount } },
      })),
      ...(next ? { nextToken: next } : {}),
    };
  },
  'inspector2:GetClustersForImage'({ inspector }, input) {
    const id = isObject(input.filter) ? input.filter.resourceId : undefined;
    const clusters = inspector.images.find((each) => each.id === id)?.clusters ?? {};
    return {
      cluster: Object.entries(clusters).map(([clusterArn, runningUnitCount]) => ({
        clusterArn,
        clusterDetails: [{ lastInUse: 1_764_000_000, runningUnitCount, clusterMetadata: {} }],
      })),
    };
  },
  'tag:GetResources'({ tags }, input) {
    const [filter] = Array.isArray(input.TagFilters) ? input.TagFilters.filter(isObject) : [];
    const values = filter?.Values === undefined ? undefined : textsOf(filter.Values);
    const fitting = [...tags].filter(([, each]) => {
      const value = each[String(filter?.Key)];
      return value !== undefined && (values === undefined || values.includes(value));
    });
    const { entries, next } = page('', fitting, input);
    return {
      ResourceTagMappingList: entries.map(([ResourceARN, each]) => ({
        ResourceARN,
        Tags: Object.entries(each).map(([Key, Value]) => ({ Key, Value })),
      })),
      // As the service does at the last page.
      PaginationToken: next ?? '',
    };
  },
};

const operations: Readonly<Record<string, Answer>> = {
  ...ecs,
  ...lambda,
  ...builds,
  ...sagemaker,
  ...others,
};
