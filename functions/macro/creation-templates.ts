/** What is different for `AWS::ECR::RepositoryCreationTemplate`; loaded on demand. */
export { creationTemplateRules } from '../../cloudformation/creation-template.ts';
