import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { expand } from '../../cloudformation/expand.ts';
import { placementOf } from '../../cloudformation/fragment.ts';
import { isList, isObject, type Json, type JsonObject, mapMembers, member } from '../../core/json.ts';
import { projectRoot } from '../../local/paths.ts';
import { expandTemplate } from '../../template-text/expand.ts';
import { withoutMark } from '../../template-text/expanded-mark.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import { describeFinding } from '../../wording/findings.ts';
import { expansionRefusal } from '../../wording/refusal.ts';
import { bin, buildBin, compiledBefore } from '../support/command.ts';
import { changeSetOf, clients } from './support/stacks.ts';

/** The golden templates that are whole, as somebody would deploy them: with the Transform and with parameters. */
interface Golden {
  readonly name: string;
  readonly fragment: JsonObject;
  readonly document: JsonObject;
  readonly params: JsonObject;
  readonly values: JsonObject;
  readonly environment: Readonly<Record<string, string>>;
}

/** The conditions that the fragment names without declaring them, which CloudFormation requires; nobody knows their values. */
function withConditions(fragment: JsonObject): JsonObject {
  const names = [...JSON.stringify(fragment).matchAll(/"Fn::If":\["(\w+)"/g)].map(([, name = '']) => name);
  const condition = { 'Fn::Equals': [{ Ref: 'AWS::StackName' }, 'another'] };
  const given: unknown = member(fragment, 'Conditions');
  const missing = names.filter((name) => !isObject(given) || member(given, name) === undefined);
  if (missing.length === 0) return {};
  const declared = Object.fromEntries(missing.map((name) => [name, condition]));
  return { Conditions: { ...declared, ...(isObject(given) ? given : {}) } };
}

const folder = join(projectRoot, 'test', 'golden');
const goldens = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml') && !file.endsWith('.expected.yaml'))
  // JavaScript, in which this test writes the template, changes its numbers.
  .filter((file) => file !== 'numbers.yaml')
  .map((file): Golden => {
    const {
      fragment,
      params = {},
      templateParameterValues: values = {},
      environment = {},
    } = parse(readFileSync(join(folder, file), 'utf8'));
    const ours = { Name: 'EcrHardening', ...(Object.keys(params).length > 0 ? { Parameters: params } : {}) };
    const Transform = JSON.stringify(fragment).includes('"Fn::ForEach::')
      ? [ours, 'AWS::LanguageExtensions']
      : ours;
    const declared = mapMembers(values, (value) => ({
      Type: isList(value) ? 'CommaDelimitedList' : 'String',
    }));
    const given: unknown = member(fragment, 'Parameters');
    const parameters =
      given === null || Object.keys(declared).length === 0
        ? {}
        : { Parameters: { ...declared, ...(isObject(given) ? given : {}) } };
    return {
      name: basename(file, '.yaml'),
      fragment,
      params,
      values,
      environment,
      document: { ...fragment, ...parameters, ...withConditions(fragment), Transform },
    };
  })
  .filter(({ fragment }) => placementOf(fragment).kind === 'template');

const today = new Date().toISOString().slice(0, 10);
const token: Json = { 'Fn::ImportValue': 'ecr-hardening-SettingsServiceToken' };
const settings = { serviceToken: token, serviceTimeout: 420 };
const textsOf = (values: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isList(value) ? value.join(',') : String(value)]),
  );

const place = mkdtempSync(join(tmpdir(), 'cli-goldens-'));
beforeAll(buildBin);
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** What the terminal's command answers for a golden template. */
function atTheTerminal({ name, document, values, environment }: Golden) {
  const file = join(place, `${name}.yaml`);
  writeFileSync(file, stringify(document));
  const { SettingsServiceToken: ownToken, SettingsServiceTimeout: _, ...config } = environment;
  writeFileSync(`${file}.config`, JSON.stringify(config));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      bin,
      'expand',
      ...Object.entries(textsOf(values)).flatMap(([key, value]) => ['--parameter', `${key}=${value}`]),
      ...['--config', `${file}.config`],
      ...(ownToken === undefined ? [] : ['--service-token', ownToken]),
      file,
    ],
    { encoding: 'utf8', env: { ...process.env, ...compiledBefore } },
  );
  return status === 0
    ? { template: parseTemplate(stdout, name) }
    : { refusal: stderr.trimEnd().replace(`${file} is refused: `, '').replace(/\.$/, '') };
}

/** Without the mark of what must not be expanded again, which the deployed macro does not need: its template names it. */
function unmarked<Answer extends object>(answer: Answer): Answer {
  return 'template' in answer && isObject(answer.template)
    ? { ...answer, template: withoutMark(answer.template) }
    : answer;
}

/** A template that CloudFormation would deploy. */
async function processed(document: JsonObject, values: JsonObject) {
  const { ChangeSetId, StackId, Status, StatusReason } = await changeSetOf(document, textsOf(values));
  if (Status !== 'CREATE_COMPLETE') return { refusal: StatusReason ?? '' };
  const { TemplateBody = '' } = await clients.cloudformation.send(
    new GetTemplateCommand({ StackName: StackId, ChangeSetName: ChangeSetId, TemplateStage: 'Processed' }),
  );
  return { template: withoutToken(parseTemplate(TemplateBody, 'the processed template')) };
}

/** The function's ARN, which the deployed macro knows, as the export that the terminal writes. */
function withoutToken(template: JsonObject): JsonObject {
  const functionArn = /^arn:aws:lambda:[\w-]+:\d{12}:function:/;
  const change = (value: Json, key: string): Json => {
    if (key === 'ServiceToken' && typeof value === 'string' && functionArn.test(value)) return token;
    if (isList(value)) return value.map((each) => change(each, ''));
    return isObject(value) ? mapMembers(value, change) : value;
  };
  return mapMembers(template, change);
}

/** What the deployed application cannot be asked about, and why. */
const notDeployed: Readonly<Record<string, string>> = {
  'creation-template': 'it refers to what is not there',
  'creation-template-purposes': 'it refers to what is not there',
  'filters-alternatives': 'a parameter has no value',
  'filters-unknown': 'it finds in a map that is not there',
  names: 'AWS::Include would read a file that is not there',
  'nested-templates': 'the local AWS has no such resource types',
  'opt-in': 'the local AWS has no such resource types',
  'parameters-stored': 'a stored parameter is not there',
  'public-policies-denied': 'it names a transform that is not there',
  'public-policies-incomplete': 'it names a transform that is not there',
  'public-policies-operator-maps': 'it names a transform that is not there',
  'public-policies-substituted': 'a parameter has no value',
  'report-unresolved': 'it names a parameter that is not there',
  'sections-wrong': 'the local AWS fails at a section that is null',
  undetermined: 'it finds in a map that is not there',
};
/** What CloudFormation refuses without asking a macro, so the terminal says so first. */
const unreadable = ['no-resources', 'no-resources-yet', 'wrong-shapes'];
const whyNotDeployed = ({ name, environment }: Golden) =>
  Object.keys(environment).length > 0 ? 'another application than the deployed one' : notDeployed[name];

const readable = goldens.filter(({ name }) => !unreadable.includes(name));
const deployable = readable.filter((golden) => whyNotDeployed(golden) === undefined);
const others = readable.filter((golden) => whyNotDeployed(golden) !== undefined);

test('most golden templates are whole, and deployed', () => {
  expect(deployable.length).toBeGreaterThan(25);
  expect(deployable.length + others.length + unreadable.length).toBe(goldens.length);
});

test.each(unreadable)('%s is refused at the terminal in one sentence, as CloudFormation would', (name) => {
  const golden = goldens.find((each) => each.name === name);
  if (golden === undefined) throw new Error(`there is no golden ${name}`);
  expect(atTheTerminal(golden)).toEqual({
    refusal: expect.stringMatching(/ has no Resources|"Template format error: /),
  });
});

describe('expand at the terminal equals', () => {
  test.each(deployable.map((golden) => [golden.name, golden] as const))(
    'what the deployed macro makes of %s, or why it refuses it',
    async (_name, golden) => {
      const terminal = atTheTerminal(golden);
      const core = expandTemplate(golden.document, {
        environment: {},
        parameters: textsOf(golden.values),
        transformParameters: {},
        today,
        settings,
      });
      expect(terminal).toEqual('refusal' in core ? { refusal: core.refusal } : { template: core.template });

      const deployed = await processed(golden.document, golden.values);
      if ('refusal' in deployed) {
        const prefix = /^Transform \d{12}::EcrHardening failed with: /;
        expect(deployed.refusal).toMatch(prefix);
        expect(terminal).toEqual({ refusal: deployed.refusal.replace(prefix, '').replace(/\.$/, '') });
        return;
      }
      const isLooped = 'template' in core && JSON.stringify(core.template).includes('Fn::ForEach::');
      // AWS::LanguageExtensions runs behind the macro, and has to on what the terminal answers as well.
      expect(
        unmarked(isLooped && 'template' in core ? await processed(core.template, golden.values) : terminal),
      ).toEqual(deployed);
    },
  );

  test.each(others.map((golden) => [golden.name, whyNotDeployed(golden), golden] as const))(
    'what the core makes of %s (%s)',
    (_name, _why, golden) => {
      const { SettingsServiceToken, ...environment } = golden.environment;
      const expansion = expand(
        {
          fragment: { ...golden.fragment, ...withConditions(golden.fragment) },
          params: golden.params,
          templateParameterValues: golden.values,
        },
        {
          environment,
          today,
          describe: describeFinding,
          settings: { serviceToken: SettingsServiceToken ?? token, serviceTimeout: settings.serviceTimeout },
        },
      );
      const { Parameters: declared, Conditions: conditions } = golden.document;
      expect(unmarked(atTheTerminal(golden))).toEqual(
        'fragment' in expansion
          ? {
              template: {
                ...expansion.fragment,
                ...(declared === undefined ? {} : { Parameters: declared }),
                ...(conditions === undefined ? {} : { Conditions: conditions }),
              },
            }
          : { refusal: expansionRefusal(expansion) },
      );
    },
  );
});
