import { describe, expect, test } from '@jest/globals';
import { readImageAddress } from '../../../../core/usage/image-address.ts';
import fc from '../../../support/fast-check.ts';

const registryId = '123456789012';
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const host = `${registryId}.dkr.ecr.eu-west-1.amazonaws.com`;
const of = { registryId, region: 'eu-west-1' };

/** Each partition's hosts: over IPv4, dual-stack. */
const suffixes = [
  ['amazonaws.com', 'on.aws'],
  ['amazonaws.com.cn', 'on.amazonwebservices.com.cn'],
  ['amazonaws.eu', 'on.amazonwebservices.eu'],
  ['c2s.ic.gov', 'on.aws.ic.gov'],
  ['sc2s.sgov.gov', 'on.aws.scloud'],
  ['cloud.adc-e.uk', 'on.cloud-aws.adc-e.uk'],
  ['csp.hci.ic.gov', 'on.aws.hci.ic.gov'],
] as const;

describe('the address of an image', () => {
  test.each([
    [`${host}/api`, { ...of, repository: 'api', tag: 'latest' }],
    [`${host}/team/web-api:v1.2_3-rc`, { ...of, repository: 'team/web-api', tag: 'v1.2_3-rc' }],
    [`${host}/api@${digest}`, { ...of, repository: 'api', digest }],
    [`${host}/api:v1@${digest}`, { ...of, repository: 'api', tag: 'v1', digest }],
    [`https://${host}/api:v1`, { ...of, repository: 'api', tag: 'v1' }],
    [`docker://${host}/api:v1`, { ...of, repository: 'api', tag: 'v1' }],
    [` ${host}/api:v1\n`, { ...of, repository: 'api', tag: 'v1' }],
    [`${host}:443/api`, { ...of, repository: 'api', tag: 'latest' }],
    [`${host.toUpperCase()}/api:V1`, { ...of, repository: 'api', tag: 'V1' }],
    [`${host}/api@${digest.toUpperCase()}`, { ...of, repository: 'api', digest }],
    [`${host}/docker-hub/library/nginx:1`, { ...of, repository: 'docker-hub/library/nginx', tag: '1' }],
  ])('%s is read', (text, expected) => {
    expect(readImageAddress(text)).toEqual(expected);
  });

  test.each([
    '',
    'nginx',
    'nginx:1',
    'library/nginx:1',
    'docker.io/library/nginx:1',
    'public.ecr.aws/docker/library/nginx:1',
    'ecr-public.aws.com/docker/library/nginx:1',
    'ghcr.io/team/api',
    '12345.dkr.ecr.eu-west-1.amazonaws.com/api',
    'x123456789012.dkr.ecr.eu-west-1.amazonaws.com/api',
    '123456789012.s3.eu-west-1.amazonaws.com/api',
    `ghcr.io/${host}/api`,
    host,
    `${host}/`,
    `${host}/Api`,
    `${host}/api:`,
    `${host}/api:a:b`,
    `${host}/api@`,
    `${host}/api@sha256:`,
    `${host}//api`,
    `${host}/api:${'${TAG}'}`,
  ])('%j is none of Amazon ECR', (text) => {
    expect(readImageAddress(text)).toBeUndefined();
  });

  const word = fc.stringMatching(/^[a-z0-9]{1,6}([._-][a-z0-9]{1,6}){0,2}$/);
  const addresses = fc.record({
    registryId: fc.stringMatching(/^\d{12}$/),
    region: fc.constantFrom('us-east-1', 'cn-north-1', 'us-iso-east-1', 'eusc-de-east-1', 'us-gov-west-1'),
    repository: fc
      .array(word, { minLength: 1, maxLength: 4 })
      .map((words) => words.join('/'))
      .filter((name) => name.length >= 2),
    by: fc.oneof(
      fc.record({ tag: fc.stringMatching(/^\w[\w.-]{0,20}$/) }),
      fc.record({ digest: fc.stringMatching(/^sha256:[0-9a-f]{64}$/) }),
      fc.record({
        tag: fc.stringMatching(/^\w[\w.-]{0,20}$/),
        digest: fc.stringMatching(/^sha256:[0-9a-f]{64}$/),
      }),
    ),
  });
  const forms = fc.record({
    partition: fc.constantFrom(...suffixes),
    isDualStack: fc.boolean(),
    isFips: fc.boolean(),
    prefix: fc.constantFrom('', 'https://'),
  });

  test('is read as it was printed, in every form', () => {
    fc.assert(
      fc.property(addresses, forms, ({ by, ...address }, { partition, isDualStack, isFips, prefix }) => {
        const service = `${isDualStack ? 'dkr-ecr' : 'dkr.ecr'}${isFips ? '-fips' : ''}`;
        const suffix = partition[isDualStack ? 1 : 0];
        const tag = 'tag' in by ? `:${by.tag}` : '';
        const at = 'digest' in by ? `@${by.digest}` : '';
        const start = `${address.registryId}.${service}.${address.region}.${suffix}`;
        expect(readImageAddress(`${prefix}${start}/${address.repository}${tag}${at}`)).toEqual({
          ...address,
          ...by,
        });
      }),
    );
  });
});
