/** EcrHardening for apps of the AWS CDK: no deployed macro is needed, and `cdk diff` shows every change. */
export { EcrHardeningAspect } from './aspect.ts';
export { EcrHardeningMixin } from './mixin.ts';
export type { EcrHardeningProps } from './props.ts';
export {
  EcrHardeningValidation,
  type EcrHardeningValidationProps,
  type ViolatingResource,
  type Violation,
} from './validation-plugin.ts';
