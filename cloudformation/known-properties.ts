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

/** The properties that few other types have. */
export const sharedProperties: Names = namesOf(
  'ImageScanningConfiguration LifecyclePolicy RepositoryName RepositoryPolicyText',
  'CustomRoleArn LifecyclePolicy Prefix',
);

/** What else those other types have: beside it a shared property is theirs. */
export const lookalikeProperties: Names = namesOf(
  'AccessLoggingEnabled Code ConnectionArn ContainerName ContainerRecipeArn CorsPolicy ' +
    'DeletionSettings Description DistributionConfigurationArn DomainName EnableIssues EncryptionKeyArn ' +
    'EnhancedImageMetadataEnabled ExecutionRole ExternalConnections ImagePipelineExecutionSettings ' +
    'ImageRecipeArn ImageTags ImageTestsConfiguration InfrastructureConfigurationArn IsPrivate KmsKeyId ' +
    'LoggingConfiguration MetricPolicy Name OwnerId PermissionsPolicyDocument Policy ' +
    'RepositoryAccessToken RepositoryCatalogData RepositoryDescription RepositoryOwner Schedule Status ' +
    'Triggers Upstreams Workflows',
  'AcceptBucketWarning AccessLoggingEnabled Bucket ClientToken ContainerName CorsPolicy CountryCode ' +
    'CredentialArn EcrRepositoryPrefix KmsKeyId MetricPolicy Policy RoleArn SourcePhoneNumberArn ' +
    'SynchronizationConfiguration Tags TargetArn Type UpstreamRegistry UpstreamRegistryUrl ' +
    'UpstreamRepositoryPrefix',
);

/** Names so general that AWS may give them to a property of any type: they show no other place. */
export const generalNames: readonly string[] =
  'Description KmsKeyId LoggingConfiguration Name Policy Schedule Status Tags Triggers'.split(' ');

/**
 * Names that stand only in other places: in a resource, an output, a parameter or a policy, inside a property of the hardened
 * types, and in the Properties of types that nearly every template has.
 */
export const foreignNames: readonly string[] = (
  'Properties DependsOn Condition Metadata CreationPolicy UpdatePolicy DeletionPolicy UpdateReplacePolicy Transform Value Export ' +
  'Default AllowedValues NoEcho Key Version Statement Effect Principal Action Resource Sid ' +
  'ScanOnPush LifecyclePolicyText RegistryId EncryptionType KmsKey ImageTagMutabilityExclusionFilterType ' +
  'BucketName QueueName VisibilityTimeout DelaySeconds TopicName FunctionName Handler Runtime RoleName ' +
  'AssumeRolePolicyDocument PolicyDocument TableName KeySchema VpcId CidrBlock InstanceType ImageId ClusterName TaskDefinition ' +
  'ContainerDefinitions LogGroupName KeyPolicy EventPattern DBInstanceClass ServiceToken TemplateURL SecretString PolicyText ' +
  'RepositoryCatalogData'
).split(' ');
