import { describe, expect, test } from '@jest/globals';
import { findingsOf } from '../../../cli/findings.ts';
import { readDocument } from '../../../template-text/document.ts';

const options = {
  environment: {},
  parameters: {},
  transformParameters: {},
  today: '2026-11-28',
  settings: { serviceToken: 'x', serviceTimeout: 1 },
};
const notes = (text: string, environment: Record<string, string> = {}, parameters = {}) =>
  findingsOf(readDocument(text, 't.yaml'), { ...options, environment, parameters }).filter(
    ({ code }) => code === 'immutable-tag-used',
  );
const withImage = (image: string, properties = 'RepositoryName: orders') => `Parameters:
  Tag: { Type: String, Default: stable }
  Unknown: { Type: String }
Conditions: { IsProd: !Equals [!Ref Unknown, prod] }
Resources:
  Repo:
    Type: AWS::ECR::Repository
    Properties: { ${properties} }
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: side
          Image: public.ecr.aws/nginx/nginx:latest
        - Name: web
          Image: ${image}
`;
test('an image that refers to a map is none that is known', () => {
  const image = '{ "Fn::GetAtt": [{ toString: x, valueOf: x }, RepositoryUri] }';
  expect(notes(withImage(image))).toEqual([]);
});

const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';

describe('a tag that a resource of the template uses, of a repository that is made immutable,', () => {
  test.each([
    ["!Sub '${Repo.RepositoryUri}:latest'", 'latest'],
    ["!Sub '${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/${Repo}:latest'", 'latest'],
    ["!Sub ['${Uri}:latest', { Uri: !GetAtt Repo.RepositoryUri }]", 'latest'],
    ["!Join [':', [!GetAtt Repo.RepositoryUri, prod]]", 'prod'],
    [
      "!Join ['', [!Ref AWS::AccountId, .dkr.ecr.eu-central-1.amazonaws.com/, !Ref Repo, ':latest']]",
      'latest',
    ],
    ['!GetAtt Repo.RepositoryUri', 'latest'],
    [`${registry}/orders:latest`, 'latest'],
    [`${registry}/orders`, 'latest'],
    ["!Sub '${Unknown}.dkr.ecr.${AWS::Region}.amazonaws.com/orders:latest'", 'latest'],
    ["!Sub '${Repo.RepositoryUri}:${Tag}'", 'stable'],
    ["!If [IsProd, !Sub '${Repo.RepositoryUri}:prod', 'x']", 'prod'],
  ])('is a note with the lines of both: %s', (image, tag) => {
    const [note, ...more] = notes(withImage(image));
    expect(more).toEqual([]);
    expect(note).toMatchObject({ level: 'note', control: 'TagImmutability', line: 16, resource: 'Task' });
    expect(note?.place).toMatch(/^Task\.Properties\.ContainerDefinitions\[1\]\.Image/);
    expect(note?.message).toMatch(
      new RegExp(`^uses the tag ${tag} of Repo \\(line 8\\), which cannot be over`),
    );
  });

  test.each([
    ['by digest', `!Sub '\${Repo.RepositoryUri}@sha256:${'a'.repeat(64)}'`],
    ['a tag that is not known', "!Sub '${Repo.RepositoryUri}:${Unknown}'"],
    ['a part of a tag that is not known', "!Sub '${Repo.RepositoryUri}:v-${Unknown}'"],
    ['another repository', `${registry}/other:latest`],
    ['another registry', 'docker.io/orders:latest'],
    ['a parameter of the Parameter Store', "'{{resolve:ssm:/image}}'"],
  ])('is none: %s', (_what, image) => {
    expect(notes(withImage(image))).toEqual([]);
  });

  test('is none where the tag may still move', () => {
    const latest = withImage("!Sub '${Repo.RepositoryUri}:latest'");
    expect(notes(latest, { MutableTags: 'lat*' })).toEqual([]);
    expect(notes(latest, { MutableTags: 'cache-*' })).toHaveLength(1);
    expect(
      notes(withImage(`${registry}/orders:latest`, 'RepositoryName: orders, ImageTagMutability: MUTABLE')),
    ).toEqual([]);
  });

  test('takes no longer for an image that has very many domains in it', () => {
    expect(notes(withImage('.dkr.ecr'.repeat(60_000)))).toEqual([]);
  });

  test('of one whose author made it immutable is about latest alone', () => {
    const fixed = 'RepositoryName: orders, ImageTagMutability: IMMUTABLE';
    expect(notes(withImage(`${registry}/orders:1.2.3`, fixed))).toEqual([]);
    expect(notes(withImage(`${registry}/orders:latest`, fixed))).toHaveLength(1);
  });

  test('is found of functions, builds and others', () => {
    const users = [
      ['AWS::Lambda::Function', 'Code: { ImageUri: IMAGE }'],
      ['AWS::Serverless::Function', 'ImageUri: IMAGE'],
      ['AWS::CodeBuild::Project', 'Environment: { Image: IMAGE }'],
      ['AWS::Batch::JobDefinition', 'ContainerProperties: { Image: IMAGE }'],
      ['AWS::AppRunner::Service', 'SourceConfiguration: { ImageRepository: { ImageIdentifier: IMAGE } }'],
      ['AWS::SageMaker::Model', 'Containers: [{ Image: IMAGE }]'],
      ['AWS::SQS::Queue', 'QueueName: IMAGE'],
    ];
    const resources = users.map(
      ([type = '', properties = ''], index) =>
        `  U${index}: { Type: '${type}', Properties: { ${properties.replace('IMAGE', "!Sub '${Repo.RepositoryUri}:latest'")} } }\n`,
    );
    const text = `Resources:\n  Repo: { Type: AWS::ECR::Repository }\n${resources.join('')}`;
    expect(notes(text).map(({ resource }) => resource)).toEqual(['U0', 'U1', 'U2', 'U3', 'U4', 'U5']);
  });
});
