/** The tables in the documentation that restate code, generated from the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { usageActions } from '../../../aws/usage/actions.ts';
import { projectKeys } from '../../../cli/project/keys.ts';
import { templateSettings } from '../../../cloudformation/settings/index.ts';
import { controlMetadata, controls } from '../../../core/controls/index.ts';
import {
  builtInPolicy,
  policyDescriptions,
  policyNames,
  policyParameters,
} from '../../../core/policy/policy.ts';
import { propertyDescriptions } from '../../../functions/custom-resource/properties/descriptions.ts';
import { propertyNames } from '../../../functions/custom-resource/properties/properties.ts';
import { projectRoot } from '../../../local/paths.ts';
import { yamlOptions } from '../../../template-text/yaml-options.ts';

/** The table of the policy's parameters. */
function parameterTable(): string {
  const rows = policyNames.map((name) => {
    const { levels } = policyParameters[name];
    const value = builtInPolicy[name];
    const text = String(value) === '' ? 'none' : `\`${value}\``;
    const mark = (level: 'transform' | 'resource') => (levels.includes(level) ? 'yes' : '');
    return `| \`${name}\` | ${text} | ${mark('transform')} | ${mark('resource')} | ${policyDescriptions[name]} |`;
  });
  return ['| parameter | default | template | resource | meaning |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

/** The table of the application's parameters beside those of the policy, as its template describes them. */
function applicationParameterTable(): string {
  const text = readFileSync(join(projectRoot, 'template.yaml'), 'utf8');
  const parameters: Readonly<Record<string, { Default?: unknown; Description?: unknown }>> = parseDocument(
    text,
    yamlOptions,
  ).toJS().Parameters;
  const own: readonly string[] = policyNames;
  const rows = Object.entries(parameters)
    .filter(([name]) => !own.includes(name))
    .map(([name, { Default, Description }]) => {
      const value = Default === undefined || Default === '' ? 'none' : `\`${String(Default)}\``;
      return `| \`${name}\` | ${value} | ${String(Description)} |`;
    });
  return ['| parameter | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

/** The table of the controls. */
function controlTable(): string {
  const rows = controls.map(({ name, setting, isOn }) => {
    const { title, relatedChecks, source } = controlMetadata[name];
    const { types } = templateSettings[setting];
    const when = isOn(builtInPolicy) ? 'always' : 'opt-in';
    const creation = types.includes('AWS::ECR::RepositoryCreationTemplate') ? 'yes' : '';
    return `| \`${name}\` | [${title}](${source}) | ${when} | ${creation} | ${relatedChecks.join(', ')} |`;
  });
  const head = '| control | what it enforces | when | also RepositoryCreationTemplate | third-party checks |';
  return [head, '|---|---|---|---|---|', ...rows].join('\n');
}

/** The table of the custom resource's properties. */
function propertyTable(): string {
  const rows = propertyNames.map((name) => `| \`${name}\` | ${propertyDescriptions[name]} |`);
  return ['| property | meaning |', '|---|---|', ...rows].join('\n');
}

/** The table of the permissions that each source of evidence needs. */
function usageActionTable(): string {
  const rows = Object.entries(usageActions).map(
    ([source, actions]) => `| \`${source}\` | ${actions.map((action) => `\`${action}\``).join(', ')} |`,
  );
  return ['| source | permissions |', '|---|---|', ...rows].join('\n');
}

/** The table of the keys of a project's configuration. */
function projectKeyTable(): string {
  const rows = Object.entries(projectKeys).map(
    ([name, { description }]) => `| \`${name}\` | ${description} |`,
  );
  return ['| key | meaning |', '|---|---|', ...rows].join('\n');
}

const tables: Readonly<Record<string, () => string>> = {
  controls: controlTable,
  parameters: parameterTable,
  'application-parameters': applicationParameterTable,
  properties: propertyTable,
  'usage-actions': usageActionTable,
  'project-keys': projectKeyTable,
};

/** The page with its generated tables as the code has them; a table is between `<!-- name -->` and `<!-- /name -->`. */
export function withTables(page: string): string {
  return Object.entries(tables).reduce(
    (text, [name, table]) =>
      text.replaceAll(new RegExp(`<!-- ${name} -->\n[\\s\\S]*?<!-- /${name} -->`, 'g'), () =>
        [`<!-- ${name} -->`, table(), `<!-- /${name} -->`].join('\n'),
      ),
    page,
  );
}

/** The names of the tables of a page, by their markers. */
export const tablesIn = (page: string): readonly string[] =>
  Object.keys(tables).filter((name) => page.includes(`<!-- ${name} -->`));
