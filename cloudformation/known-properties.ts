/** The properties of the hardened types, from the resource schemas that cfn-lint has; a test holds them equal. */
import { creationTemplateType, type HardenedType, repositoryType } from './resource-types.ts';

type Names = Readonly<Record<HardenedType, readonly string[]>>;

/** Lists as texts: a cold start reads one faster than many. */
function namesOf(ofRepository: string, ofTemplate: string): Names {
  return { [repositoryType]: ofRepository.split(' '), [creationTemplateType]: ofTemplate.split(' ') };
}

const tagging = 'ImageTagMutability ImageTagMutabilityExclusionFilters';
const common = `EncryptionConfiguration ${tagging} LifecyclePolicy`;

/** Every property that a template can set. */
export const knownProperties: Names = namesOf(
  `${common} EmptyOnDelete ImageScanningConfiguration RepositoryName RepositoryPolicyText Tags`,
  `${common} AppliedFor CustomRoleArn Description Prefix RepositoryPolicy ResourceTags`,
);

/** The properties that no other type has. */
export const ownProperties: Names = namesOf(
  `EmptyOnDelete ${tagging}`,
  `AppliedFor ${tagging} RepositoryPolicy`,
);
