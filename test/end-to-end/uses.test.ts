import { afterAll, expect, test } from '@jest/globals';
import { noColours } from '../../cli/colours.ts';
import { usesCommand } from '../../cli/commands/uses.ts';
import type { FoundUses } from '../../cli/uses/found-uses.ts';
import { newStack, repository } from './support/new-stack.ts';
import { clients } from './support/stacks.ts';

const colours = noColours;
const stacks = { macro: newStack(), snippet: newStack(), settings: newStack(), none: newStack() };
afterAll(async () => {
  await Promise.all(Object.values(stacks).map((stack) => stack.delete()));
});

test('ecr-hardening uses finds the stacks that name the macro or have a custom resource, and no others', async () => {
  const bare = repository({});
  const token = { 'Fn::ImportValue': 'ecr-hardening-SettingsServiceToken' };
  const settings = { ServiceToken: token, RepositoryName: 'of-nobody/*', AllowNoMatch: 'true' };
  const deployed = await Promise.all([
    stacks.macro.deploy({ Transform: ['EcrHardening'], Resources: { Orders: bare } }),
    stacks.snippet.deploy({
      // A snippet's default policy can be for one repository only, so that it needs a name.
      Resources: {
        Orders: {
          ...repository({ RepositoryName: stacks.snippet.stackName.toLowerCase() }),
          'Fn::Transform': { Name: 'EcrHardening' },
        },
        Plain: bare,
      },
    }),
    stacks.settings.deploy({
      Resources: { Plain: bare, Team: { Type: 'Custom::EcrSettings', Properties: settings } },
    }),
    stacks.none.deploy({ Resources: { Plain: bare } }),
  ]);
  expect(deployed.map(({ kind }) => kind)).toEqual(Array(4).fill('deployed'));

  const options = { region: 'us-east-1', endpointUrl: clients.endpoint };
  const { text, code } = await usesCommand({ ...options, json: true }, colours);
  expect(code).toBe(1);
  const found: FoundUses = JSON.parse(text);
  const usesOf = (name: keyof typeof stacks) =>
    found.using.find(({ stack }) => stack === stacks[name].stackName)?.uses;
  expect(usesOf('macro')).toEqual([{ kind: 'macro' }]);
  expect(usesOf('snippet')).toEqual([{ kind: 'macro' }]);
  expect(usesOf('settings')).toEqual([
    { kind: 'custom resource', name: 'Team' },
    { kind: 'export', name: 'ecr-hardening-SettingsServiceToken' },
  ]);
  expect(usesOf('none')).toBeUndefined();
  // The application's own stack is not one of them.
  expect(found.using.map(({ stack }) => stack)).not.toContain('ecr-hardening');
  const people = await usesCommand(options, colours);
  expect(people.text).toContain(`${stacks.macro.stackName}`);
  expect(people.text).toMatch(/\d+ of \d+ stacks in this account and Region use the application/);
});
