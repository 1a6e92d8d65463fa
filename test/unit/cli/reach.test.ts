import { describe, expect, test } from '@jest/globals';
import { findingsOf } from '../../../cli/findings.ts';
import { isList, isObject, type Json, type JsonObject } from '../../../core/json.ts';
import { readDocument } from '../../../template-text/document.ts';
import { type ExpandOptions, expandTemplate } from '../../../template-text/expand.ts';

const options: ExpandOptions = {
  environment: {},
  today: '2026-11-24',
  parameters: {},
  transformParameters: {},
};

/** What `check` reports of a template: level, line, place and code. */
function check(text: string, others: Partial<ExpandOptions> = {}): readonly string[] {
  const found = findingsOf(readDocument(text, 'template.yaml'), { ...options, ...others });
  return found.map(({ level, line, place, code }) => `${level} ${line} ${place} ${code}`);
}

const unsafe = 'ImageTagMutability: MUTABLE';

describe('one snippet keeps no other resource from being checked', () => {
  const forgotten = `
  Forgotten:
    Type: AWS::ECR::Repository
    Properties:
      ${unsafe}
      RepositoryPolicyText: { Statement: { Effect: Allow, Principal: '*', Action: '*' } }`;
  const ofForgotten = (text: string) => check(text).filter((each) => each.includes('Forgotten'));
  const expected = (line: number) => [
    `warning ${line + 3} Forgotten.Properties.ImageTagMutability tags-mutable`,
    `warning ${line + 2} Forgotten.Properties.ImageScanningConfiguration scan-on-push-not-set`,
    `warning ${line + 2} Forgotten.Properties.LifecyclePolicy no-lifecycle-policy`,
    `warning ${line + 4} Forgotten.Properties.RepositoryPolicyText.Statement.Principal every-account-allowed`,
  ];

  test.each([
    ['ours inside Properties', 'Type: AWS::ECR::Repository, Properties: { Fn::Transform: EcrHardening }'],
    ['ours beside Type', 'Type: AWS::ECR::Repository, Fn::Transform: { Name: EcrHardening }'],
    [
      'another one in a resource of another type',
      'Type: AWS::SQS::Queue, Properties: { Fn::Transform: AWS::Include }',
    ],
    [
      'another one',
      'Type: AWS::ECR::Repository, Properties: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://b/k } } }',
    ],
  ])('%s', (_, resource) => {
    expect(ofForgotten(`Resources:\n  Other: { ${resource} }${forgotten}\n`)).toEqual(expected(3));
  });

  test('one among the resources, which gets a note', () => {
    const text = `Resources:\n  Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://b/k } }${forgotten}\n`;
    expect(ofForgotten(text)).toEqual(expected(3));
    expect(check(text)).toContain('note 2 Resources.Fn::Transform out-of-reach');
  });

  test('ours among the resources covers all of them', () => {
    expect(ofForgotten(`Resources:\n  Fn::Transform: { Name: EcrHardening }${forgotten}\n`)).toEqual([
      'warning 6 Forgotten.Properties.ImageTagMutability tags-mutable',
      'note 5 Forgotten.Properties.ImageScanningConfiguration scan-on-push-not-set',
      'note 5 Forgotten.Properties.LifecyclePolicy no-lifecycle-policy',
      'warning 7 Forgotten.Properties.RepositoryPolicyText.Statement.Principal every-account-allowed',
    ]);
  });

  test('what a snippet finds has the logical ID and the line of its resource, in a loop too', () => {
    const text = `Resources:
  Orders:
    Type: AWS::ECR::Repository
    Properties:
      Fn::Transform: EcrHardening
      ${unsafe}
  Fn::ForEach::Names:
    - Name
    - [a]
    - Repository\${Name}:
        Type: AWS::ECR::Repository
        Properties:
          Fn::Transform: EcrHardening
          ${unsafe}
`;
    expect(check(text).filter((each) => each.includes('tags-mutable'))).toEqual([
      'warning 6 Orders.Properties.ImageTagMutability tags-mutable',
      'warning 14 Repository${Name}.Properties.ImageTagMutability tags-mutable',
    ]);
  });

  test('and expand leaves them as they are, also where they would be refused', () => {
    const { value } = readDocument(
      `Resources:\n  Other: { Type: AWS::ECR::Repository, Properties: { Fn::Transform: EcrHardening } }${forgotten}\n`,
      't',
    );
    const expanded = expandTemplate(value, { ...options, environment: { Enforcement: 'Reject' } });
    if (!('template' in expanded)) throw new Error(expanded.refusal);
    expect(Object(expanded.template.Resources).Forgotten).toBe(Object(value.Resources).Forgotten);
    expect(expanded.outside.map(({ outcome }) => outcome)).toContain('violation');
  });
});

describe('a snippet of ours whose place the template shows', () => {
  const ofResource = (resource: string) =>
    check(`Resources:\n  Orders: ${resource}\n`).filter((each) => /elsewhere|assumed|misplaced/.test(each));
  const ours = 'Fn::Transform: EcrHardening';

  test.each([
    [`{ Type: AWS::SQS::Queue, Properties: { QueueName: q, ${ours} } }`, 'Properties'],
    [`{ Type: AWS::ECR::PublicRepository, Properties: { RepositoryName: q, ${ours} } }`, 'Properties'],
    [
      `{ Type: AWS::ECR::Repository, Properties: { ImageScanningConfiguration: { ScanOnPush: true, ${ours} } } }`,
      'Properties.ImageScanningConfiguration',
    ],
    [
      `{ Type: AWS::ECR::Repository, Properties: { Fn::If: [A, { Tags: [{ Key: a, ${ours} }] }, { Tags: [] }] } }`,
      'Properties.Fn::If[1].Tags[0]',
    ],
  ])('is an error where there is no repository: %s', (resource, place) => {
    expect(ofResource(resource)).toEqual([`error 2 Orders.${place} snippet-elsewhere`]);
  });

  test('is an error in another section', () => {
    const found = check(`Mappings: { M: { ${ours} } }\nResources:\n  Orders: { Type: AWS::SQS::Queue }\n`);
    expect(found).toEqual(['error 1 Mappings.M snippet-elsewhere']);
  });

  test('and none in Properties of a repository, in a branch or a loop of them, or of a custom resource', () => {
    expect(
      ofResource(`{ Type: AWS::ECR::Repository, Properties: { EmptyOnDelete: true, Engine: e, ${ours} } }`),
    ).toEqual([]);
    expect(
      ofResource(
        `{ Type: AWS::ECR::Repository, Properties: { Fn::If: [A, { EmptyOnDelete: true, ${ours} }, {}] } }`,
      ),
    ).toEqual([]);
    expect(ofResource(`{ Type: Custom::Mine, Properties: { ServiceToken: t, ${ours} } }`)).toEqual([
      'note 2 Orders placement-assumed',
    ]);
    const loop = (type: string) =>
      check(`Resources:
  Fn::ForEach::Names: [Name, [a], { 'R\${Name}': { Type: ${type}, Properties: { ${ours} } } }]
`).filter((each) => each.includes('elsewhere'));
    expect(loop('AWS::ECR::Repository')).toEqual([]);
    expect(loop('AWS::SNS::Topic')).toEqual(['error 2 R${Name}.Properties snippet-elsewhere']);
  });
});

test('a template that the macro would refuse for its size fails, and one without the macro gets a note', () => {
  const resources = Array.from({ length: 300 }, (_, index) => [
    `R${index}`,
    {
      Type: 'AWS::ECR::Repository',
      Properties: { Tags: [{ Key: 'k', Value: 'x'.repeat(2800) }] },
    },
  ]);
  const text = (more: JsonObject) => JSON.stringify({ ...more, Resources: Object.fromEntries(resources) });
  const sizes = (more: JsonObject) => check(text(more)).filter((each) => each.endsWith('template-too-large'));
  expect(sizes({ Transform: 'EcrHardening' })).toEqual(['error 1 template template-too-large']);
  expect(sizes({})).toEqual(['note 1 template template-too-large']);
});

test('a parameter that is given at the command line decides as its default does', () => {
  const text = `Transform: { Name: EcrHardening, Parameters: { Enforcement: Reject } }
Parameters: { Env: { Type: String, Default: prod }, Unset: { Type: String } }
Conditions: { Prod: !Equals [!Ref Env, prod] }
Resources:
  Orders:
    Type: AWS::ECR::Repository
    Properties: { ImageTagMutability: !If [Prod, IMMUTABLE, MUTABLE] }
`;
  const levels = (given: Readonly<Record<string, string>>) =>
    check(text, { parameters: given }).filter((each) => each.includes('ImageTagMutability'));
  expect(levels({})).toEqual(['note 7 Orders.Properties.ImageTagMutability.Fn::If[2] tags-mutable']);
  expect(levels({ Env: 'dev' })).toEqual([
    'error 7 Orders.Properties.ImageTagMutability.Fn::If[2] tags-mutable',
  ]);
});

test('safe values are never written beside an Fn::If', () => {
  const { value } = readDocument(
    `Conditions: { A: !Equals [!Ref AWS::Region, us-east-1] }
Resources:
  One: { Type: AWS::ECR::Repository, Properties: !If [A, { RepositoryName: a }, !Ref AWS::NoValue] }
  Two: { Type: AWS::ECR::RepositoryCreationTemplate, Properties: { Fn::If: [A, { Prefix: a, AppliedFor: [CREATE_ON_PUSH] }, { Prefix: b, AppliedFor: [CREATE_ON_PUSH] }] } }
  Three: { Type: Custom::EcrSettings, Properties: !If [A, { RepositoryName: a }, { RepositoryName: b }] }
`,
    't',
  );
  const expanded = expandTemplate(value, {
    ...options,
    settings: { serviceToken: 'arn', serviceTimeout: 60 },
  });
  if (!('template' in expanded)) throw new Error(expanded.refusal);
  const isAlone = (each: Json | undefined): boolean => {
    if (isList(each)) return each.every(isAlone);
    if (!isObject(each)) return true;
    return (
      (!Object.hasOwn(each, 'Fn::If') || Object.keys(each).length === 1) && Object.values(each).every(isAlone)
    );
  };
  expect(expanded.template).not.toBe(value);
  expect(isAlone(expanded.template)).toBe(true);
});

test('a default that a snippet writes is reviewed with its resource, once; what the macro does not reach is not reviewed', () => {
  const bare = 'Type: AWS::ECR::Repository';
  const text = `Resources:
  Inside: { ${bare}, Properties: { RepositoryName: a, Fn::Transform: EcrHardening } }
  Beside: { ${bare}, Fn::Transform: EcrHardening }
  Outside: { ${bare} }
`;
  const reviewed: (string | undefined)[] = [];
  const { value } = readDocument(text, 't');
  expandTemplate(value, {
    ...options,
    review(place) {
      reviewed.push(place.logicalId);
      return place.finding;
    },
  });
  expect(reviewed).toEqual(['Inside', 'Beside']);
});

describe('a parameter of the macro that a parameter of the template sets, and that has no Default', () => {
  const text = `Transform: { Name: EcrHardening, Parameters: { Retain: !Ref Keep, Report: !Ref Given } }
Parameters: { Keep: { Type: String }, Given: { Type: String, Default: 'true' } }
Resources:
  Own: { Type: AWS::ECR::Repository, Metadata: { EcrHardening: { KeepImages: !Ref Keep, MutableTags: !Ref Own } } }
  Unsafe: { Type: AWS::ECR::Repository, Properties: { ${unsafe} } }
`;

  test('is not known to a check, which checks all else', () => {
    expect(check(text)).toEqual(
      expect.arrayContaining([
        'note 1 Transform.Parameters.Retain parameter-without-value',
        'note 4 Own.Metadata.EcrHardening.KeepImages parameter-without-value',
        'error 4 Own.Metadata.EcrHardening.MutableTags not-literal-or-ref',
        'warning 5 Unsafe.Properties.ImageTagMutability tags-mutable',
      ]),
    );
  });

  test('is not known either of a resource beside the snippet that names the macro', () => {
    const beside = `Parameters: { Keep: { Type: String } }
Resources:
  In: { Type: AWS::ECR::Repository, Fn::Transform: EcrHardening }
  Out: { Type: AWS::ECR::Repository, Metadata: { EcrHardening: { KeepImages: !Ref Keep } } }
`;
    expect(check(beside)).toContain('note 4 Out.Metadata.EcrHardening.KeepImages parameter-without-value');
  });

  test('is not one whose value is a dynamic reference, which the macro refuses', () => {
    const dynamic = `Parameters: { Keep: { Type: String, Default: '{{resolve:ssm:/keep}}' } }
Resources:
  Own: { Type: AWS::ECR::Repository, Metadata: { EcrHardening: { KeepImages: !Ref Keep } } }
`;
    expect(check(dynamic)).toContain('error 3 Own.Metadata.EcrHardening.KeepImages not-literal-or-ref');
  });

  test('keeps the template from being expanded, with what to specify', () => {
    const { value } = readDocument(text.replace(', MutableTags: !Ref Own', ''), 'template.yaml');
    expect(expandTemplate(value, options)).toMatchObject({
      refusal:
        'Transform.Parameters.Retain: refers to the parameter Keep, which has no Default: specify its value (--parameter Keep=VALUE); ' +
        'Own.Metadata.EcrHardening.KeepImages: refers to the parameter Keep, which has no Default: specify its value (--parameter Keep=VALUE)',
    });
    expect(expandTemplate(value, { ...options, parameters: { Keep: '1' } })).toMatchObject({
      refusal: expect.stringMatching(/^Transform\.Parameters\.Retain: Retain must be true or false/),
    });
  });
});

test('a parameter in the Metadata of the template has no effect, which a note says', () => {
  const text = `Metadata: { EcrHardening: { Expanded: false, KeepImages: 50, Team: shop } }
Transform: EcrHardening
Resources:
  Orders: { Type: AWS::ECR::Repository }
`;
  expect(check(text)).toContain('note 1 Metadata.EcrHardening.KeepImages parameter-elsewhere');
  expect(check(text).join()).not.toMatch(/Expanded|Team/);
});
