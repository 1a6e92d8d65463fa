/** Reading lifecycle policies, apart from what changes them: the macro's look has no write in it. */
import { GetLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { unlessNotFound } from '../faults.ts';
import type { EcrCalls } from './call.ts';
import type { Ecr } from './ecr.ts';

/** Reading lifecycle policies. */
export function lifecyclePolicyReads({ call, registry }: EcrCalls): Pick<Ecr, 'lifecyclePolicy'> {
  return {
    async lifecyclePolicy(repositoryName) {
      const response = await unlessNotFound(['lifecycle policy'], () =>
        call(
          'GetLifecyclePolicy',
          (client, options) =>
            client.send(new GetLifecyclePolicyCommand({ ...registry, repositoryName }), options),
          repositoryName,
        ),
      );
      return response?.lifecyclePolicyText;
    },
  };
}
