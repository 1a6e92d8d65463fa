import type { ECRClient } from '@aws-sdk/client-ecr';
import type { Call as AnyCall } from '../../../aws/calls.ts';

/** How a call to ECR is made. */
export type Call = AnyCall<ECRClient>;
