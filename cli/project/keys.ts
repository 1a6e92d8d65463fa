/** The keys of `.ecr-hardening.yaml`, and their JSON Schema for editors. */
import { controlNames } from '../../core/controls/index.ts';
import { namesAt, policyDescriptions } from '../../core/policy/policy.ts';
import { failOns } from '../fail-on.ts';
import { formats } from '../reports/check-formats.ts';

/** What a key takes: a map of parameters, a text, a list of texts (or one), one of some names, or true and false. */
export type KeyKind =
  | 'parameters'
  | 'text'
  | 'list'
  | 'flag'
  | { readonly oneOf: readonly string[] }
  | { readonly listOf: readonly string[] };

interface Key {
  readonly kind: KeyKind;
  readonly description: string;
}

/** All keys, as the documentation lists them. */
export const projectKeys = {
  extends: {
    kind: 'list',
    description:
      'Files like this one, whose keys apply unless this file has them; their paths start at this file.',
  },
  policy: {
    kind: 'parameters',
    description:
      "The parameters of the deployed application: the organisation's defaults. --config overrides them.",
  },
  paths: {
    kind: 'list',
    description: 'Files, folders and patterns that are read if the command line names none.',
  },
  ignores: {
    kind: 'list',
    description: 'Files of folders and patterns that are not read, in the format of .gitignore.',
  },
  'fail-on': { kind: { oneOf: failOns }, description: 'Minimum level of findings for exit code 1 of check.' },
  format: { kind: { oneOf: formats }, description: 'Output format of check.' },
  skip: { kind: { listOf: controlNames }, description: 'Controls that check does not report.' },
  only: { kind: { listOf: controlNames }, description: 'The only controls that check reports.' },
  baseline: { kind: 'text', description: 'A file of known findings, which check does not report.' },
  strict: {
    kind: 'flag',
    description: 'Refuse files that are no CloudFormation template, instead of skipping them.',
  },
} as const satisfies Readonly<Record<string, Key>>;

export type ProjectKey = keyof typeof projectKeys;

/** The JSON Schema of the file (https://json-schema.org/draft-07), by which editors complete and check it. */
export function projectSchema(): object {
  const properties = Object.entries(projectKeys).map(([name, { kind, description }]) => [
    name,
    { description, ...schemaOf(kind) },
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'The configuration of ecr-hardening for a project, .ecr-hardening.yaml',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties),
    definitions: { value: { type: [...scalars, 'array'], items: { type: scalars } } },
  };
}

const scalars = ['string', 'number', 'boolean'];

function schemaOf(kind: KeyKind): object {
  if (kind === 'text') return { type: 'string' };
  if (kind === 'flag') return { type: 'boolean' };
  if (kind === 'list') return textOrTexts({ type: 'string' });
  if (kind === 'parameters') return parametersSchema();
  return 'oneOf' in kind ? { enum: kind.oneOf } : textOrTexts({ enum: kind.listOf });
}

function textOrTexts(item: object): object {
  return { anyOf: [item, { type: 'array', items: item }] };
}

function parametersSchema(): object {
  // By reference, since it is the same of each; beside a reference itself a description would not count.
  const properties = namesAt('application').map((name) => [
    name,
    { description: policyDescriptions[name], allOf: [{ $ref: '#/definitions/value' }] },
  ]);
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}
