export const repositoryType = 'AWS::ECR::Repository';
export const creationTemplateType = 'AWS::ECR::RepositoryCreationTemplate';

/** The resource types that are hardened. */
export const hardenedTypes = [repositoryType, creationTemplateType] as const;
export type HardenedType = (typeof hardenedTypes)[number];

/** Resource types that deploy a template of their own, which is not read with this one. */
const templateTypes = [
  'AWS::CloudFormation::Stack',
  'AWS::CloudFormation::StackSet',
  'AWS::Serverless::Application',
  'AWS::ServiceCatalog::CloudFormationProvisionedProduct',
];

/** Whether a resource of a type may hold repositories that its template does not show: a nested stack, or a module. */
export function holdsTemplate(type: string): boolean {
  return templateTypes.includes(type) || type.endsWith('::MODULE');
}
