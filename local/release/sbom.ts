/** The software bill of materials of a release, in CycloneDX: the packages in its bundles. */
import { execFileSync } from 'node:child_process';
import { asObject, asText, entriesOf, isObject, type JsonObject, textsOf } from '../../core/json.ts';
import { projectRoot } from '../paths.ts';

/** The workspace with the packages of the functions. */
const functionsPackage = 'ecr-hardening-functions';

/**
 * What npm makes of the lock file, reduced to what is shipped, and without what differs from one run to the next.
 *
 * @param notices the notices of the command's package, which name the packages in it
 */
export function sbom(notices: string): string {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
  const whole: unknown = JSON.parse(
    execFileSync('npm', args, { cwd: projectRoot, encoding: 'utf8', maxBuffer: 64_000_000 }),
  );
  return `${JSON.stringify(shipped(isObject(whole) ? whole : {}, notices), undefined, 2)}\n`;
}

function shipped(whole: JsonObject, notices: string): JsonObject {
  const { serialNumber: _number, metadata, components, dependencies, ...format } = whole;
  const refs = new Map(entriesOf(dependencies).map((each) => [refOf(each, 'ref'), each]));
  const root = asObject(asObject(metadata).component);
  const kept = new Set([...namedIn(notices), ...reachable(functionsPackage, refs)]);
  const isKept = (ref: string) => kept.has(ref);
  return {
    ...format,
    // npm names it by the folder that it is in.
    metadata: { component: { ...root, name: 'ecr-hardening' } },
    components: entriesOf(components)
      .filter((each) => isKept(refOf(each, 'bom-ref')))
      .map((each) => ({ ...asObject(each), scope: 'required', properties: [] })),
    dependencies: [
      { ref: refOf(root, 'bom-ref'), dependsOn: [...kept].toSorted() },
      ...[...refs]
        .filter(([ref]) => isKept(ref))
        .map(([ref, each]) => ({
          ref,
          dependsOn: textsOf(asObject(each).dependsOn).filter(isKept),
        })),
    ],
  };
}

/** The packages that the notices list, as `yaml@2.9.1`. */
function namedIn(notices: string): readonly string[] {
  return [...notices.matchAll(/^((?:@[\w.-]+\/)?[\w.-]+) (\d\S*) \(/gm)].map(
    ([, name = '', version = '']) => `${name}@${version}`,
  );
}

/** What a package depends on, directly or not, without itself. */
function reachable(name: string, refs: ReadonlyMap<string, unknown>): readonly string[] {
  const start = [...refs.keys()].find((ref) => ref.startsWith(`${name}@`)) ?? '';
  const found = new Set<string>();
  const visit = (ref: string) => {
    const entry = refs.get(ref);
    for (const next of textsOf(isObject(entry) ? entry.dependsOn : undefined)) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(start);
  return [...found];
}

function refOf(value: unknown, key: string): string {
  return (isObject(value) ? asText(value[key]) : undefined) ?? '';
}
