import type { Finding } from '../core/finding.ts';
import type { Path } from '../core/path.ts';

/** A path as people read it: `Properties.Filters[0].Value`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** The location of a finding: `Orders.Properties.ImageTagMutability`. */
export function locationOf({ logicalId, path }: Pick<Finding, 'logicalId' | 'path'>): string {
  return pathText(logicalId === undefined ? path : [logicalId, ...path]);
}
