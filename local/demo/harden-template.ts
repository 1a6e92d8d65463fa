import { refName } from '../../cloudformation/intrinsics.ts';
import { isObject, type JsonObject, member } from '../../core/json.ts';
import { matchesWildcard } from '../../core/wildcard.ts';
import { type AuthorSettings, authorSettingsOf } from './author-settings.ts';
import type { Clients } from './clients.ts';
import type { Deployment, Outcome, StackResource } from './deploy.ts';
import { deploy, stackResources } from './deploy.ts';
import { explainFailure } from './explain-failure.ts';
import { otherFindings } from './findings.ts';
import { placeholdersFor, publicLookups } from './public-parameters.ts';
import type { RepositorySettings } from './repository-settings.ts';
import { readSettings } from './repository-settings.ts';
import type { Template } from './template-file.ts';
import { namesTransform, withTransform } from './transform.ts';
import { section } from './tree.ts';

/** The settings of one repository before and after the transform, as described by ECR. */
export interface RepositoryChange {
  readonly name: string;
  /** Undefined if the template was only deployed with the transform. */
  readonly before: RepositorySettings | undefined;
  readonly after: RepositorySettings;
  /** Settings that come from the template's author. */
  readonly authors: AuthorSettings;
}

export interface Hardened {
  readonly kind: 'hardened';
  readonly changes: readonly RepositoryChange[];
  /** What the macro found besides, in a sentence each. */
  readonly findings: readonly string[];
  /** Parameters that refer to AWS's public parameters, which have a placeholder value here. */
  readonly placeholders: readonly string[];
}

export type Hardening = Hardened | { readonly kind: 'failed'; readonly reason: string };

/**
 * Deploys a template with the transform; if it does not name the transform, it is first deployed unchanged. Both use the same
 * parsed document, so that the transform is the only difference.
 */
export async function hardenTemplate(
  clients: Clients,
  template: Template,
  given: Readonly<Record<string, string>>,
): Promise<Hardening> {
  const { stackName, document } = template;
  const replaced = await placeholdersFor(clients, publicLookups(document, given));
  const parameters = { ...given, ...replaced };
  const settings = await namesOf(clients, settingsTargets(document, parameters));
  let before = await readAll(clients, settings);
  let last: Outcome;
  if (namesTransform(document)) {
    last = await deploy(clients, { stackName, type: 'CREATE', document, parameters });
  } else {
    const unchanged = await deploy(clients, { stackName, type: 'CREATE', document, parameters });
    if (unchanged.kind === 'failed') return failed(unchanged.reason);
    before = await readAll(clients, [...settings, ...repositoriesOf(await resourcesOf(clients, stackName))]);
    const hardened: Deployment = { stackName, type: 'UPDATE', document: withTransform(document), parameters };
    last = await deploy(clients, hardened);
  }
  if (last.kind === 'failed') return failed(last.reason);
  const resources = await resourcesOf(clients, stackName);
  const after = await readAll(clients, [...repositoriesOf(resources), ...settings]);
  const changes = [...after.values()].map((now) => ({
    name: now.name,
    before: before.get(now.name),
    after: now,
    authors: authorSettingsOf(document, logicalIdOf(resources, now.name)),
  }));
  const findings = otherFindings(document, parameters, new Date().toISOString().slice(0, 10));
  return { kind: 'hardened', changes, findings, placeholders: Object.keys(replaced) };
}

function failed(reason: string): Hardening {
  return { kind: 'failed', reason: explainFailure(reason) };
}

async function resourcesOf(
  { cloudformation }: Clients,
  stackName: string,
): Promise<readonly StackResource[]> {
  return await stackResources(cloudformation, stackName);
}

function repositoriesOf(resources: readonly StackResource[]): readonly string[] {
  return resources.flatMap(({ type, physicalId }) =>
    type === 'AWS::ECR::Repository' && physicalId !== '' ? [physicalId] : [],
  );
}

function logicalIdOf(resources: readonly StackResource[], name: string): string | undefined {
  return resources.find(({ type, physicalId }) => type === 'AWS::ECR::Repository' && physicalId === name)
    ?.logicalId;
}

async function readAll(
  { registry }: Clients,
  names: readonly string[],
): Promise<Map<string, RepositorySettings>> {
  const found = await Promise.all([...new Set(names)].map((name) => readSettings(registry, name)));
  return new Map(found.flatMap((settings) => (settings === undefined ? [] : [[settings.name, settings]])));
}

/** The repositories that match names and patterns with `*`. */
async function namesOf({ registry }: Clients, targets: readonly string[]): Promise<readonly string[]> {
  if (!targets.some((target) => target.includes('*'))) return targets;
  const names = (await registry.repositories()).map(({ name }) => name);
  return names.filter((name) => targets.some((target) => matchesWildcard(target, name)));
}

/** The names and patterns of a template's Custom::EcrSettings, as a string or a reference to a parameter. */
function settingsTargets(
  document: JsonObject,
  parameters: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.values(section(document, 'Resources')).flatMap((resource) => {
    if (!isObject(resource) || member(resource, 'Type') !== 'Custom::EcrSettings') return [];
    const name = member(section(resource, 'Properties'), 'RepositoryName');
    if (typeof name === 'string') return [name];
    const parameter = refName(name ?? null);
    if (parameter === undefined) return [];
    const value =
      parameters[parameter] ?? member(section(section(document, 'Parameters'), parameter), 'Default');
    return typeof value === 'string' ? [value] : [];
  });
}
