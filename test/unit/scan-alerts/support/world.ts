/** ECR, SNS and SQS, over real HTTP, as far as the function for scan findings calls them; each call can be told to fail. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isList, isObject, type Json, type JsonObject, member } from '../../../../core/json.ts';
import { startQueue, type WorldQueue } from './queue.ts';

/** An image with the result of its scan, in the shape of ECR's own answers. */
export interface WorldImage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Seconds since 1970. */
  readonly pushedAt: number;
  readonly scan?: {
    readonly status: string;
    readonly description?: string;
    readonly findings?: readonly JsonObject[];
    readonly enhancedFindings?: readonly JsonObject[];
  };
}

/** What a published message was. */
export interface Published {
  readonly topicArn: string;
  /** Of the endpoint that was called. */
  readonly region: string;
  readonly subject: string;
  /** By protocol. */
  readonly texts: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly bytes: number;
}

export interface World {
  readonly url: string;
  /** By repository. */
  readonly images: Map<string, readonly WorldImage[]>;
  /** By repository, or by its ARN. */
  readonly tags: Map<string, Readonly<Record<string, string>>>;
  readonly published: Published[];
  readonly queue: WorldQueue;
  readonly calls: string[];
  /** Errors that the next calls of an operation meet, one each; undefined: the call succeeds. */
  readonly faults: Map<string, ({ readonly status: number; readonly type: string } | undefined)[]>;
  /** How many findings a page has. */
  pageSize: number;
  reset(): void;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const images: World['images'] = new Map();
  const tags: World['tags'] = new Map();
  const faults: World['faults'] = new Map();
  const published: Published[] = [];
  const queue = startQueue();
  const calls: string[] = [];

  const ecr = (operation: string, input: JsonObject): { status: number; body: Json } => {
    const repository = String(member(input, 'repositoryName') ?? '');
    const there = images.get(repository);
    switch (operation) {
      case 'DescribeImages': {
        if (there === undefined) return failure('RepositoryNotFoundException');
        const ids = member(input, 'imageIds');
        const digests = isList(ids)
          ? ids.map((id) => (isObject(id) ? member(id, 'imageDigest') : ''))
          : undefined;
        const filter = member(input, 'filter');
        const status = isObject(filter) ? member(filter, 'tagStatus') : 'ANY';
        const found = there.filter(
          (image) =>
            (digests === undefined || digests.includes(image.digest)) &&
            (status === 'ANY' || image.tags.length > 0 === (status === 'TAGGED')),
        );
        if (digests !== undefined && found.length === 0) return failure('ImageNotFoundException');
        return {
          status: 200,
          body: {
            imageDetails: found.map(({ digest, tags: imageTags, pushedAt }) => ({
              repositoryName: repository,
              imageDigest: digest,
              ...(imageTags.length === 0 ? {} : { imageTags }),
              imagePushedAt: pushedAt,
            })),
          },
        };
      }
      case 'DescribeImageScanFindings': {
        if (there === undefined) return failure('RepositoryNotFoundException');
        const id = member(input, 'imageId');
        const image = there.find(({ digest }) => isObject(id) && member(id, 'imageDigest') === digest);
        if (image === undefined) return failure('ImageNotFoundException');
        if (image.scan === undefined) return failure('ScanNotFoundException');
        const { status, description, findings = [], enhancedFindings = [] } = image.scan;
        const from = Number(member(input, 'nextToken') ?? 0);
        const to = from + world.pageSize;
        const isMore = Math.max(findings.length, enhancedFindings.length) > to;
        return {
          status: 200,
          body: {
            imageScanStatus: { status, ...(description === undefined ? {} : { description }) },
            imageScanFindings: {
              findings: findings.slice(from, to),
              enhancedFindings: enhancedFindings.slice(from, to),
            },
            ...(isMore ? { nextToken: `${to}` } : {}),
          },
        };
      }
      case 'ListTagsForResource': {
        const arn = String(member(input, 'resourceArn'));
        const name = arn.split(':repository/')[1] ?? '';
        if (!images.has(name)) return failure('RepositoryNotFoundException');
        const entries = Object.entries(tags.get(arn) ?? tags.get(name) ?? {});
        return { status: 200, body: { tags: entries.map(([Key, Value]) => ({ Key, Value })) } };
      }
      default:
        return failure('UnknownOperationException');
    }
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const target = request.headers['x-amz-target'];
      const operation = target === undefined ? 'Publish' : (String(target).split('.')[1] ?? '');
      calls.push(operation);
      const fault = faults.get(operation)?.shift();
      if (target === undefined) {
        response.writeHead(fault?.status ?? 200, { 'content-type': 'text/xml' });
        if (fault === undefined)
          published.push(parsePublish(new URLSearchParams(text), request.headers.authorization));
        return response.end(fault === undefined ? accepted : refused(fault.type));
      }
      const input: unknown = JSON.parse(text);
      const given = isObject(input) ? input : {};
      const ofQueue = fault === undefined ? queue.serve(operation, given) : undefined;
      const { status, body } =
        ofQueue !== undefined
          ? { status: 200, body: ofQueue }
          : fault === undefined
            ? ecr(operation, given)
            : { status: fault.status, body: { __type: fault.type, message: `${fault.type}, said AWS` } };
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      return response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const world: World = {
    url: `http://127.0.0.1:${port}`,
    images,
    tags,
    published,
    queue,
    calls,
    faults,
    pageSize: 1000,
    reset() {
      for (const each of [images, tags, faults]) each.clear();
      published.length = 0;
      queue.messages.length = 0;
      calls.length = 0;
      world.pageSize = 1000;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return world;
}

function failure(type: string): { status: number; body: Json } {
  return { status: 400, body: { __type: type, message: `${type}, said ECR` } };
}

const accepted =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PublishResponse>';

function refused(type: string): string {
  return `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${type}</Code><Message>${type}, said SNS</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
}

/** The query protocol's form of a publication. */
function parsePublish(form: URLSearchParams, authorization = ''): Published {
  const message = form.get('Message') ?? '';
  const texts: unknown = JSON.parse(message);
  const attributes: Record<string, string> = {};
  for (let index = 1; form.has(`MessageAttributes.entry.${index}.Name`); index += 1)
    attributes[form.get(`MessageAttributes.entry.${index}.Name`) ?? ''] =
      form.get(`MessageAttributes.entry.${index}.Value.StringValue`) ?? '';
  return {
    topicArn: form.get('TopicArn') ?? '',
    region: /Credential=[^/]*\/\d+\/([^/]+)\/sns\//.exec(authorization)?.[1] ?? '',
    subject: form.get('Subject') ?? '',
    texts: isObject(texts)
      ? Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, String(value)]))
      : {},
    attributes,
    bytes: Buffer.byteLength(message),
  };
}
