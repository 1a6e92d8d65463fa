/** Repositories, their tag mutability and their scanning, as ECR tells and takes them. */
import { isList, isObject, type Json, type JsonObject, member } from '../../../../core/json.ts';
import {
  arnOf,
  namesOf,
  notFound,
  onRepository,
  type Perform,
  type RegistryScanning,
  type Repository,
  type Settings,
} from './registry.ts';
import { errorReply, invalid, ok, pageReply } from './reply.ts';

const maxDescribed = 100;
const maxScanned = 25;

export const describeRepositories: Perform = ({ repositories }, input) => {
  if (member(input, 'repositoryNames') === undefined)
    return pageReply(
      input,
      { items: [...repositories.keys()].toSorted(), keyOf: (name) => name, maxResults: 1000 },
      (page) => ({
        repositories: page.flatMap((name) => {
          const repository = repositories.get(name);
          return repository === undefined ? [] : [describe(name, repository)];
        }),
      }),
    );
  const names = namesOf(input);
  if (names.length < 1 || names.length > maxDescribed)
    return invalid(`Invalid parameter at 'repositoryNames': 1 to ${maxDescribed} are taken`);
  if ('maxResults' in input || 'nextToken' in input)
    return invalid("'maxResults' and 'nextToken' do not go together with 'repositoryNames'");
  const described: JsonObject[] = [];
  for (const name of names) {
    const repository = repositories.get(name);
    if (repository === undefined) return notFound(name);
    described.push(describe(name, repository));
  }
  return ok({ repositories: described });
};

export const putImageTagMutability = onRepository(({ input, repository, replace }) => {
  const mutability = String(member(input, 'imageTagMutability'));
  const exclusions = patternsOf(member(input, 'imageTagMutabilityExclusionFilters'));
  if (mutability.endsWith('_WITH_EXCLUSION') !== exclusions.length > 0)
    return invalid('filters and mutability do not go together');
  replace({ settings: { ...repository.settings, mutability, exclusions } });
  return ok(input);
});

export const putImageScanningConfiguration = onRepository(({ input, repository, replace }) => {
  const configuration = member(input, 'imageScanningConfiguration');
  const scanOnPush = isObject(configuration) && member(configuration, 'scanOnPush') === true;
  replace({ settings: { ...repository.settings, scanOnPush } });
  return ok(input);
});

export const batchGetRepositoryScanningConfiguration: Perform = ({ repositories, scanning }, input) => {
  const names = namesOf(input);
  if (names.length < 1 || names.length > maxScanned)
    return invalid(`Invalid parameter at 'repositoryNames': 1 to ${maxScanned} are taken`);
  const scanningConfigurations: JsonObject[] = [];
  const failures: JsonObject[] = [];
  for (const repositoryName of names) {
    const repository = repositories.get(repositoryName);
    if (repository === undefined)
      failures.push({
        repositoryName,
        failureCode: 'REPOSITORY_NOT_FOUND',
        failureReason: 'Repository not found',
      });
    else {
      const scanFrequency = frequencyOf(repository.settings, scanning);
      scanningConfigurations.push({
        repositoryArn: arnOf(repositoryName),
        repositoryName,
        scanOnPush: scanFrequency === 'SCAN_ON_PUSH',
        scanFrequency,
        appliedScanFilters: [],
      });
    }
  }
  return ok({ scanningConfigurations, failures });
};

export const getRegistryScanningConfiguration: Perform = ({ scanning }) =>
  scanning.type === 'DISABLED'
    ? errorReply(400, 'ValidationException', 'This feature is disabled')
    : ok({ scanningConfiguration: { scanType: scanning.type, rules: [] } });

function frequencyOf({ scanOnPush }: Settings, { type, isEverythingCovered }: RegistryScanning): string {
  return isEverythingCovered || (type !== 'ENHANCED' && scanOnPush) ? 'SCAN_ON_PUSH' : 'MANUAL';
}

function describe(name: string, { settings, createdAt }: Repository): JsonObject {
  const { mutability, exclusions, scanOnPush } = settings;
  return {
    repositoryArn: arnOf(name),
    registryId: '123456789012',
    repositoryName: name,
    repositoryUri: `123456789012.dkr.ecr.us-east-1.amazonaws.com/${name}`,
    createdAt,
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
