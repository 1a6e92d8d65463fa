/** Values that an audit could not read, with the reason as data; `wording/audit/unread.ts` has the sentences. */
import type { Issue } from '../core/issue.ts';
import type { Known } from '../core/known.ts';

/** Why a value is not known. An action is that of IAM, such as `ecr:GetLifecyclePolicy`. */
export type UnreadReason =
  | { readonly code: 'denied' | 'no-response'; readonly action: string }
  | { readonly code: 'failed'; readonly action: string; readonly error: string }
  // AWS returns it for the registry of the caller's own account only.
  | { readonly code: 'other-account' }
  | { readonly code: 'scanning-not-returned' }
  // Only so many repositories are asked about, and CloudFormation does not list all resources of a large stack.
  | { readonly code: 'stack-not-found' }
  | { readonly code: 'pushes-not-requested' }
  | { readonly code: 'usage-not-requested' }
  // No service could be asked; RegistryReading.usage has the reasons.
  | { readonly code: 'usage-unread' }
  | { readonly code: 'no-push-events' }
  | { readonly code: 'policy-not-evaluated'; readonly issues: readonly Issue[] };

/** A value, or why it could not be read. */
export type Read<Value> = Known<Value, UnreadReason>;

/** The same where it does not matter whether the reason is data or already a clause. */
export type ReadOrTold<Value> = Known<Value, UnreadReason | string>;
