import { existsSync, lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a project's configuration says; what it does not say is undefined. */
export interface ProjectConfig {
  /** Parameters of the application, as texts by name. */
  readonly policy: Readonly<Record<string, string>>;
  /** The files that were read, as absolute paths. */
  readonly files: readonly string[];
  readonly paths?: readonly string[];
  /** Each says of an absolute path whether it is left out. */
  readonly exclusions: readonly ((path: string) => boolean)[];
  readonly format?: string;
  readonly failOn?: string;
  readonly skip?: readonly string[];
  readonly only?: readonly string[];
  readonly baseline?: string;
  readonly strict?: boolean;
}

export const noProject: ProjectConfig = { policy: {}, files: [], exclusions: [] };

const names = ['.ecr-hardening.yaml', '.ecr-hardening.yml'];

/**
 * The nearest configuration in a folder or around it; not beyond the repository of git that the folder is in.
 *
 * @param folder its absolute path
 */
export function findProject(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = names.map((name) => join(at, name)).find(isThere);
    if (found !== undefined) return found;
    if (dirname(at) === at || existsSync(join(at, '.git'))) return undefined;
  }
}

/** Also a link that leads to no file: whoever made it wants the configuration to be read. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A folder that cannot be looked into.
    return false;
  }
}
