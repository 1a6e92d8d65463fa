import type { Control } from './control.ts';
import { encryption } from './encryption.ts';
import { lifecyclePolicy } from './lifecycle-policy.ts';
import { publicAccess } from './public-access.ts';
import { retain } from './retain.ts';
import { scanOnPush } from './scan-on-push.ts';
import { tagImmutability } from './tag-immutability.ts';

/** Every control, in the order in which they are applied and reported. */
export const controls: readonly Control[] = [
  tagImmutability,
  scanOnPush,
  lifecyclePolicy,
  publicAccess,
  retain,
  encryption,
];
