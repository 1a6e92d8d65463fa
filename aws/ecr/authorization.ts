/** Logging in to the registry as a container client does. */
import { GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import type { EcrCalls } from './call.ts';

/** Logging in. */
export interface Authorization {
  /** The token for HTTP's basic authentication, as ECR encodes it. */
  authorizationToken(): Promise<string>;
}

export function authorization({ call }: EcrCalls): Authorization {
  return {
    async authorizationToken() {
      const { authorizationData } = await call('GetAuthorizationToken', (client, options) =>
        client.send(new GetAuthorizationTokenCommand({}), options),
      );
      return authorizationData?.[0]?.authorizationToken ?? '';
    },
  };
}
