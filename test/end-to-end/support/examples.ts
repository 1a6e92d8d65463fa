import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isList, isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import type { RepositorySettings } from '../../../local/demo/repository-settings.ts';
import { projectRoot } from '../../../local/paths.ts';

/** Every template in examples/; the CDK app's is made when it runs. */
export const exampleTemplates: readonly string[] = readdirSync(join(projectRoot, 'examples'), {
  recursive: true,
  encoding: 'utf8',
})
  .map((name) => `examples/${name.replaceAll('\\', '/')}`)
  .filter((name) => /\.(yaml|yml|json)$/.test(name) && !name.startsWith('examples/cdk/'))
  .sort();

/** How safe a repository is, as far as that is the same for all of them. */
export interface Safety {
  readonly mutability: string;
  readonly exclusions: readonly string[];
  readonly scanOnPush: boolean;
  readonly hasLifecyclePolicy: boolean;
}

/** What ECR says. */
export const safetyOf = (found: RepositorySettings): Safety => ({
  mutability: found.mutability,
  exclusions: found.exclusions,
  scanOnPush: found.scanOnPush,
  hasLifecyclePolicy: found.lifecyclePolicyText !== undefined,
});

/** Immutable but for these tags, scanned, tidy. */
export const safe = (exclusions: readonly string[] = []): Safety => ({
  mutability: exclusions.length === 0 ? 'IMMUTABLE' : 'IMMUTABLE_WITH_EXCLUSION',
  exclusions,
  scanOnPush: true,
  hasLifecyclePolicy: true,
});

/** ECR's own defaults. */
export const unsafe: Safety = {
  mutability: 'MUTABLE',
  exclusions: [],
  scanOnPush: false,
  hasLifecyclePolicy: false,
};

/**
 * What a repository has to be by what its template says, worked out from the documentation's rules and not by the macro's
 * code: safe, but for what its author wrote, exempted or excluded.
 *
 * @param values the template's parameters with their values
 */
export function expectedSafety(
  template: JsonObject,
  logicalId: string,
  values: Readonly<Record<string, string>>,
): Safety {
  const at = (value: Json | undefined, ...keys: string[]): Json | undefined =>
    keys.reduce<Json | undefined>((found, key) => (isObject(found) ? member(found, key) : undefined), value);
  const resource = at(template, 'Resources', logicalId);
  const properties = at(resource, 'Properties');
  const metadata = at(resource, 'Metadata', 'EcrHardening');
  const tags = (value: Json | undefined): readonly string[] | undefined => {
    const reference = at(value, 'Ref');
    if (typeof reference === 'string')
      return tags(values[reference] ?? at(template, 'Parameters', reference, 'Default'));
    if (typeof value === 'string') return value.split(',').map((each) => each.trim());
    return isList(value) ? value.map(String) : undefined;
  };
  const snippets = [template, at(template, 'Resources'), resource, properties].map((place) =>
    at(place, place === template ? 'Transform' : 'Fn::Transform'),
  );
  const entries = snippets.flatMap((entry) => (isList(entry) ? entry : entry === undefined ? [] : [entry]));
  // Nobody's macro: the repository is as ECR makes it, as far as the template does not say more.
  const isNamed = entries.some((entry) => entry === 'EcrHardening' || at(entry, 'Name') === 'EcrHardening');
  const base = isNamed
    ? safe(
        tags(at(metadata, 'MutableTags')) ??
          entries.flatMap((entry) => tags(at(entry, 'Parameters', 'MutableTags')) ?? []),
      )
    : unsafe;

  const exempt = at(metadata, 'Exempt');
  const isExempt = (control: string) => isNamed && isList(exempt) && exempt.includes(control);
  const written = at(properties, 'ImageTagMutability');
  const scanOnPush = at(properties, 'ImageScanningConfiguration', 'ScanOnPush');
  const policy = at(properties, 'LifecyclePolicy');
  const filters = at(properties, 'ImageTagMutabilityExclusionFilters');
  return {
    ...(isExempt('TagImmutability') || typeof written === 'string'
      ? {
          mutability: typeof written === 'string' ? written : unsafe.mutability,
          exclusions: isList(filters)
            ? filters.map((each) => String(at(each, 'ImageTagMutabilityExclusionFilterValue')))
            : [],
        }
      : { mutability: base.mutability, exclusions: base.exclusions }),
    scanOnPush: typeof scanOnPush === 'boolean' ? scanOnPush : !isExempt('ScanOnPush') && base.scanOnPush,
    hasLifecyclePolicy: policy !== undefined || (!isExempt('LifecyclePolicy') && base.hasLifecyclePolicy),
  };
}
