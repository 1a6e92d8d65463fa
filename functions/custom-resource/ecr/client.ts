/** Amazon ECR, as a `Custom::EcrSettings` calls it. */
import { ECRClient } from '@aws-sdk/client-ecr';
import { callsOf } from '../../../aws/calls.ts';
import { clientSettings, type Environment } from '../../../aws/client-settings.ts';
import type { Deadline } from '../../../aws/deadline.ts';
import { accountCalls } from './account.ts';
import type { Ecr } from './ecr.ts';
import { lifecycleCalls } from './lifecycle-policies.ts';
import { repositoryCalls } from './repositories.ts';
import { tagCalls } from './tags.ts';

/** ECR, for as long as it is used. */
export interface Connection {
  /** The calls, each of which is given up at the deadline. */
  until(deadline: Deadline): Ecr;
  close(): void;
}

/** @param environment AWS_REGION, and AWS_ENDPOINT_URL_ECR or AWS_ENDPOINT_URL when a local endpoint is meant */
export function connect(environment: Environment): Connection {
  const calls = callsOf(() => new ECRClient(clientSettings(environment, 'ECR')));
  return {
    until(deadline) {
      const call = calls.until(deadline);
      return { ...repositoryCalls(call), ...tagCalls(call), ...lifecycleCalls(call), ...accountCalls(call) };
    },
    close: calls.close,
  };
}
