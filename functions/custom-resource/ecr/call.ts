import type { ECRClient } from '@aws-sdk/client-ecr';

/** How a call is made: the operation, whose pace it keeps, and what sends it. */
export type Call = <Output>(
  operation: string,
  send: (client: ECRClient, options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
) => Promise<Output>;
