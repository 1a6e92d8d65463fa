/** ECR's part of the bench: repositories in memory, and ECR's JSON protocol over them. */
import { isList, isObject, type Json, type JsonObject, member } from '../../../../core/json.ts';

/** A repository's settings, as the bench keeps and compares them. */
export interface Settings {
  readonly mutability: string;
  readonly exclusions: readonly string[];
  readonly scanOnPush: boolean;
}

/** How the whole registry is scanned. */
export interface RegistryScanning {
  readonly type: 'BASIC' | 'ENHANCED' | 'DISABLED';
  /** Whether a rule covers every repository. */
  readonly isEverythingCovered: boolean;
}

/** Safe by nothing: what ECR gives to who says nothing. */
export const unsafe: Settings = { mutability: 'MUTABLE', exclusions: [], scanOnPush: false };
export const safe: Settings = { mutability: 'IMMUTABLE', exclusions: [], scanOnPush: true };

export type Operation =
  | 'DescribeRepositories'
  | 'PutImageTagMutability'
  | 'PutImageScanningConfiguration'
  | 'BatchGetRepositoryScanningConfiguration'
  | 'GetRegistryScanningConfiguration';

export type Registry = Map<string, Settings>;

/** A status and a body in the protocol of AWS JSON 1.1. */
export interface Reply {
  readonly status: number;
  readonly body: JsonObject;
}

export function errorReply(status: number, type: string, message: string): Reply {
  return { status, body: { __type: `com.amazonaws.ecr#${type}`, message } };
}

/** The name that a request is about. */
export function repositoryOf(input: JsonObject): string {
  const names = member(input, 'repositoryNames');
  const name = isList(names) ? names[0] : member(input, 'repositoryName');
  return typeof name === 'string' ? name : '';
}

/** Does what ECR does. */
export function perform(
  registry: Registry,
  operation: Operation,
  input: JsonObject,
  scanning: RegistryScanning = { type: 'BASIC', isEverythingCovered: false },
): Reply {
  if (operation === 'GetRegistryScanningConfiguration')
    return scanning.type === 'DISABLED'
      ? errorReply(400, 'ValidationException', 'This feature is disabled')
      : { status: 200, body: { scanningConfiguration: { scanType: scanning.type, rules: [] } } };
  const name = repositoryOf(input);
  const settings = registry.get(name);
  if (settings === undefined)
    return errorReply(
      400,
      'RepositoryNotFoundException',
      `The repository with name '${name}' does not exist in the registry with id '123456789012'`,
    );
  switch (operation) {
    case 'DescribeRepositories':
      return { status: 200, body: { repositories: [describe(name, settings)] } };
    case 'PutImageTagMutability': {
      const mutability = String(member(input, 'imageTagMutability'));
      const exclusions = patternsOf(member(input, 'imageTagMutabilityExclusionFilters'));
      if (mutability.endsWith('_WITH_EXCLUSION') !== exclusions.length > 0)
        return errorReply(400, 'InvalidParameterException', 'filters and mutability do not go together');
      registry.set(name, { ...settings, mutability, exclusions });
      return { status: 200, body: input };
    }
    case 'BatchGetRepositoryScanningConfiguration': {
      const isOwn = scanning.type !== 'ENHANCED' && settings.scanOnPush;
      const scanFrequency = scanning.isEverythingCovered || isOwn ? 'SCAN_ON_PUSH' : 'MANUAL';
      return {
        status: 200,
        body: { scanningConfigurations: [{ repositoryName: name, scanFrequency }], failures: [] },
      };
    }
    case 'PutImageScanningConfiguration': {
      const configuration = member(input, 'imageScanningConfiguration');
      const scanOnPush = isObject(configuration) && member(configuration, 'scanOnPush') === true;
      registry.set(name, { ...settings, scanOnPush });
      return { status: 200, body: input };
    }
    default:
      return operation satisfies never;
  }
}

function describe(name: string, { mutability, exclusions, scanOnPush }: Settings): JsonObject {
  return {
    repositoryArn: `arn:aws:ecr:us-east-1:123456789012:repository/${name}`,
    registryId: '123456789012',
    repositoryName: name,
    repositoryUri: `123456789012.dkr.ecr.us-east-1.amazonaws.com/${name}`,
    createdAt: 1_767_225_600,
    imageTagMutability: mutability,
    ...(exclusions.length === 0
      ? {}
      : {
          imageTagMutabilityExclusionFilters: exclusions.map((filter) => ({
            filterType: 'WILDCARD',
            filter,
          })),
        }),
    imageScanningConfiguration: { scanOnPush },
    encryptionConfiguration: { encryptionType: 'AES256' },
  };
}

function patternsOf(filters: Json | undefined): readonly string[] {
  if (!isList(filters)) return [];
  return filters.map((filter) => (isObject(filter) ? String(member(filter, 'filter')) : ''));
}
