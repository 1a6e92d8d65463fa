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

function collect(value: Json, path: Path, found: Finding[]): void {
  if (typeof value === 'number') {
    if (!isKept(value) && found.length < maxFindings) found.push(numberFinding(path));
    return;
  }
  const entries = isList(value) ? value.entries() : isObject(value) ? Object.entries(value) : [];
  for (const [key, entry] of entries)
    if (typeof entry === 'object' || typeof entry === 'number') collect(entry, [...path, key], found);
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
