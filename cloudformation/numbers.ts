import type { Finding } from '../core/finding.ts';
import { isList, isObject, type Json } from '../core/json.ts';
import type { Path } from '../core/path.ts';

// More of them say nothing new.
const maxFindings = 20;

/**
 * The numbers of a fragment that the macro cannot pass on unchanged: JavaScript reads 2^53 + 1 as 2^53, and 1e400 as infinity,
 * which is printed as null.
 */
export function numberFindings(fragment: Json): readonly Finding[] {
  const found: Finding[] = [];
  collect(fragment, [], found);
  return found;
}

/** @param path that of the value; changed on the way, since copies of it would cost more than the rest */
function collect(value: Json, path: (string | number)[], found: Finding[]): void {
  if (typeof value === 'number') {
    if (!isKept(value) && found.length < maxFindings) found.push(numberFinding([...path]));
  } else if (isList(value)) {
    for (let index = 0; index < value.length; index += 1) collectAt(index, value[index], path, found);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) collectAt(key, value[key], path, found);
  }
}

function collectAt(
  key: string | number,
  value: Json | undefined,
  path: (string | number)[],
  found: Finding[],
): void {
  if (typeof value !== 'number' && (typeof value !== 'object' || value === null)) return;
  path.push(key);
  collect(value, path, found);
  path.pop();
}

function isKept(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/** @param path from the template on, or in the part of it that the macro receives */
export function numberFinding(path: Path): Finding {
  const [section, logicalId, ...rest] = path;
  const place =
    section === 'Resources' && typeof logicalId === 'string' ? { logicalId, path: rest } : { path };
  return { control: 'Template', code: 'number-altered', outcome: 'invalid', ...place };
}
