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

/** Types of AWS's own whose attributes are texts of a template's author, or of a program. */
const relayTypes = [
  'AWS::CloudFormation::CustomResource',
  'AWS::CloudFormation::WaitCondition',
  'AWS::SSM::Parameter',
];

/** Whether the attributes of a resource of a type can be any text: a custom resource's, and those of types of others. */
export function returnsAnything(type: string): boolean {
  return !type.startsWith('AWS::') || relayTypes.includes(type);
}
