import { isScalar, type Scalar } from 'yaml';

/** Whether a key merges other mappings into its own one: `<<`; in quotes it is a name like any other. */
export function isMergeKey(key: unknown): key is Scalar {
  return isScalar(key) && key.type === 'PLAIN' && key.source === '<<';
}
