export const repositoryType = 'AWS::ECR::Repository';
export const creationTemplateType = 'AWS::ECR::RepositoryCreationTemplate';

/** The resource types that are hardened. */
export const hardenedTypes = [repositoryType, creationTemplateType] as const;
export type HardenedType = (typeof hardenedTypes)[number];
