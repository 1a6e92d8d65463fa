import type { ControlMetadata } from './control.ts';
import { aboutEncryption } from './encryption.ts';
import { aboutLifecyclePolicy } from './lifecycle-policy.ts';
import { aboutPublicAccess } from './public-access.ts';
import { aboutRetain } from './retain.ts';
import { aboutScanOnPush } from './scan-on-push.ts';
import { aboutTagImmutability } from './tag-immutability.ts';

/** What is to be said about every control, in the controls' order: the source of documentation and explanations. */
export const controlMetadata: readonly ControlMetadata[] = [
  aboutTagImmutability,
  aboutScanOnPush,
  aboutLifecyclePolicy,
  aboutPublicAccess,
  aboutRetain,
  aboutEncryption,
];
