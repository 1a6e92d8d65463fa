/** The benchmarks that `npm run bench` runs, in this order; each is a file of that name. */
export const benchmarks = [
  'macro',
  'macro-peers',
  'look',
  'cli',
  'check-peers',
  'settings',
  'fleet',
  'throttled',
  'audit',
] as const;

/** Those that are run by themselves, since they answer a question of who develops this. */
export const separate = ['aliases'] as const;
