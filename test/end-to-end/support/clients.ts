/** Clients of a local AWS, with the SDK's own one of ECR beside the demonstration's. */
import { ECRClient } from '@aws-sdk/client-ecr';
import {
  connect as connectDemo,
  type Clients as DemoClients,
  localConfiguration,
} from '../../../local/demo/clients.ts';
import type { LocalAws } from '../../../local/local-aws.ts';

export interface Clients extends DemoClients {
  readonly ecr: ECRClient;
}

export function connect(aws: Pick<LocalAws, 'endpoint' | 'environment'>): Clients {
  return { ...connectDemo(aws), ecr: new ECRClient(localConfiguration(aws)) };
}
