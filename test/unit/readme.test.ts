import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { catalogue } from '../../core/controls/catalogue.ts';
import { controls } from '../../core/controls/index.ts';
import { builtInPolicy, policyDescriptions, policyNames, policyParameters } from '../../core/policy.ts';
import { propertyDescriptions } from '../../functions/custom-resource/properties/descriptions.ts';
import { propertyNames } from '../../functions/custom-resource/properties/properties.ts';
import { projectRoot } from '../../local/paths.ts';

const file = join(projectRoot, 'README.md');
const readme = () => readFileSync(file, 'utf8');

/** The table of the policy's parameters, made from the code. */
function parameterTable(): string {
  const rows = policyNames.map((name) => {
    const { levels } = policyParameters[name];
    const value = builtInPolicy[name];
    const shown = Array.isArray(value) || value === '' ? 'none' : `\`${value}\``;
    const mark = (level: 'transform' | 'resource') => (levels.includes(level) ? 'yes' : '');
    return `| \`${name}\` | ${shown} | ${mark('transform')} | ${mark('resource')} | ${policyDescriptions[name]} |`;
  });
  return ['| parameter | default | template | resource | meaning |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

/** The table of the controls, made from the code. */
function controlTable(): string {
  const rows = catalogue.map(({ name, title, answers, source }) => {
    const { isOn, types } = controls.find((control) => control.name === name) ?? {};
    const when = isOn?.(builtInPolicy) ? 'always' : 'when asked for';
    const creation = types?.includes('AWS::ECR::RepositoryCreationTemplate') ? 'yes' : '';
    return `| \`${name}\` | [${title}](${source}) | ${when} | ${creation} | ${answers.join(', ')} |`;
  });
  const head = '| control | what it sees to | when | RepositoryCreationTemplate too | answers |';
  return [head, '|---|---|---|---|---|', ...rows].join('\n');
}

/** The table of the custom resource's properties, made from the code. */
function propertyTable(): string {
  const rows = propertyNames.map((name) => `| \`${name}\` | ${propertyDescriptions[name]} |`);
  return ['| property | meaning |', '|---|---|', ...rows].join('\n');
}

describe('README.md', () => {
  test('has the table of controls that the code says (UPDATE_README=1 writes it)', () => {
    const between = /(<!-- controls -->\n)([\s\S]*?)(\n?<!-- \/controls -->)/;
    if (process.env.UPDATE_README === '1')
      writeFileSync(file, readme().replace(between, `$1${controlTable()}\n<!-- /controls -->`));
    expect(between.exec(readme())?.[2]).toBe(controlTable());
  });

  test('has the table of parameters that the code says (UPDATE_README=1 writes it)', () => {
    const between = /(<!-- parameters -->\n)([\s\S]*?)(\n<!-- \/parameters -->)/;
    if (process.env.UPDATE_README === '1')
      writeFileSync(file, readme().replace(between, `$1${parameterTable()}$3`));
    expect(between.exec(readme())?.[2]).toBe(parameterTable());
  });

  test('has the table of properties that the code says (UPDATE_README=1 writes it)', () => {
    const between = /(<!-- properties -->\n)([\s\S]*?)(\n?<!-- \/properties -->)/;
    if (process.env.UPDATE_README === '1')
      writeFileSync(file, readme().replace(between, `$1${propertyTable()}\n<!-- /properties -->`));
    expect(between.exec(readme())?.[2]).toBe(propertyTable());
  });

  test('shows its example templates as they are in examples/, where npm start deploys them', () => {
    const shown = [...readme().matchAll(/<!-- example: (\S+) -->\n```yaml\n([\s\S]*?)```/g)];
    expect(shown.length).toBeGreaterThan(0);
    for (const [, path = '', text] of shown) {
      const [comment, ...lines] = readFileSync(join(projectRoot, path), 'utf8').split('\n');
      expect(comment).toMatch(/^# /);
      expect({ path, text }).toEqual({ path, text: lines.join('\n') });
    }
  });

  test('names only scripts and files that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
    const named = [...readme().matchAll(/^ {4}npm (?:run )?([\w:-]+)/gm)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
    for (const [, link = ''] of readme().matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      expect(() => readFileSync(join(projectRoot, link))).not.toThrow();
  });

  test('marks every command that needs an account', () => {
    const commands = [...readme().matchAll(/(<!-- needs an account -->\n)?((?:^ {4}.*\n)+)/gm)];
    for (const [, mark, block = ''] of commands)
      if (/^ {4}(sam|aws) /m.test(block))
        expect({ block, marked: mark !== undefined }).toEqual({ block, marked: true });
  });
});
