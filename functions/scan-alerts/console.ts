import { partitionOf } from '../../aws/regions.ts';
import type { Image } from './event.ts';

// The consoles of other partitions are not public.
const hosts: Readonly<Record<string, string>> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-eusc': 'console.amazonaws-eusc.eu',
};

/** The page of an image in the console of its partition. */
export function consoleOf({ account, region, repository, digest }: Image): string {
  const host = hosts[partitionOf(region).name] ?? `${region}.console.aws.amazon.com`;
  return `https://${host}/ecr/repositories/private/${account}/${repository}/_/image/${digest}/details?region=${region}`;
}
