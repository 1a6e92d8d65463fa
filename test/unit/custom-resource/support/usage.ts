/** The services that evidence of use is read from: an ECS cluster with services, and no Lambda function or anything else. */
import type { IncomingMessage } from 'node:http';
import { errorReply, ok, type Reply } from './reply.ts';

/** Who uses images, and what may not be read. */
export interface StubUsage {
  /** ECS services by ARN, with the image that each runs: its address, and its digest if ECS has resolved it. */
  readonly services: Map<string, { readonly image: string; readonly imageDigest?: string }>;
  /** Operations that are denied, such as ListClusters. */
  readonly denied: Set<string>;
  /** The operations that were called, in their order. */
  readonly calls: string[];
}

export function noUsage(): StubUsage {
  return { services: new Map(), denied: new Set(), calls: [] };
}

const targets = ['AmazonEC2ContainerServiceV20141113', 'CodeBuild_20161006', 'AppRunner', 'SageMaker'];
// Services with paths instead of targets.
const paths = new Map([
  ['/2015-03-31/functions', 'ListFunctions'],
  ['/v1/describejobdefinitions', 'DescribeJobDefinitions'],
  ['/status/batch/get', 'BatchGetAccountStatus'],
  ['/coverage/list', 'ListCoverage'],
]);
// The lists of every operation, without an entry.
const nothing = Object.fromEntries(
  [
    ...['taskArns', 'families', 'Functions', 'jobDefinitions', 'projects', 'ServiceSummaryList'],
    ...['Models', 'Endpoints', 'InferenceComponents', 'coveredResources', 'accounts'],
  ].map((name) => [name, []]),
);
const cluster = 'arn:aws:ecs:us-east-1:123456789012:cluster/bench';

/** The reply, or undefined where the request is to another service. */
export function usageReply(usage: StubUsage, { headers, url = '' }: IncomingMessage): Reply | undefined {
  const operation = operationOf(String(headers['x-amz-target'] ?? ''), url);
  if (operation === undefined) return undefined;
  usage.calls.push(operation);
  if (usage.denied.has(operation)) return errorReply(400, 'AccessDeniedException', 'denied');
  const services = [...usage.services];
  switch (operation) {
    case 'ListClusters':
      return ok({ clusterArns: services.length === 0 ? [] : [cluster] });
    case 'ListServices':
      return ok({ serviceArns: services.map(([arn]) => arn) });
    case 'DescribeServices':
      return ok({
        services: services.map(([serviceArn]) => ({
          serviceArn,
          currentServiceRevisions: [{ arn: `${serviceArn}/1` }],
        })),
      });
    case 'DescribeServiceRevisions':
      return ok({
        serviceRevisions: services.map(([serviceArn, image]) => ({ serviceArn, containerImages: [image] })),
      });
    default:
      return ok(nothing);
  }
}

function operationOf(target: string, url: string): string | undefined {
  const [service = '', operation] = target.split('.');
  const path = new URL(url, 'http://localhost').pathname.replace(/\/$/, '');
  return targets.includes(service) ? operation : paths.get(path);
}
