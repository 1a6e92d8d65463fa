/** What the project's files import, read out of their sources. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { projectRoot } from '../../local/paths.ts';

const source = (file: string) => readFileSync(join(projectRoot, file), 'utf8');

/** What a file imports: files of the project by their path, everything else by its name. */
export function importsOf(file: string): readonly string[] {
  return importsIn(file, source(file));
}

function importsIn(file: string, text: string): readonly string[] {
  const statements = text.matchAll(
    /^(?:import|export)\b[^'";]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map(([, from, bare, dynamic]) => {
    const target = from ?? bare ?? dynamic ?? '';
    return target.startsWith('.')
      ? relative(projectRoot, resolve(projectRoot, dirname(file), target))
      : target;
  });
}

/** A file, and every file of the project whose code it imports, directly or not; types are no code. */
export function reachableFrom(entry: string): readonly string[] {
  const found = new Set<string>();
  const visit = (file: string) => {
    if (found.has(file)) return;
    found.add(file);
    const code = source(file).replaceAll(/^(?:import|export) type\b[^;]*;/gm, '');
    for (const target of importsIn(file, code))
      if (target.endsWith('.ts') && existsSync(join(projectRoot, target))) visit(target);
  };
  visit(entry);
  return [...found];
}

/** The actions for which what is reachable has a command of the SDK, such as `ecr:DescribeImages`. */
export function actionsReachableFrom(entry: string): readonly string[] {
  const actions = reachableFrom(entry).flatMap((file) => {
    const [, service] = /'@aws-sdk\/client-([a-z0-9-]+)'/.exec(source(file)) ?? [];
    return [...source(file).matchAll(/\bnew (\w+)Command\(/g)].map(([, name]) => `${service}:${name}`);
  });
  return [...new Set(actions)].toSorted();
}
