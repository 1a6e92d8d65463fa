/** Why a registry could not be read at all, as data; `wording/audit/unreadable.ts` has the sentences. */

/** Where a registry is looked for. */
export interface RegistryLocation {
  readonly region: string;
  readonly registryId?: string | undefined;
  readonly endpointUrl?: string | undefined;
}

/** What failed. `error` is the name or the code of the SDK's error, `message` what the service or the SDK reports. */
export type RegistryFailure =
  | { readonly code: 'no-region' | 'no-credentials' | 'role-not-assumed'; readonly message: string }
  | { readonly code: 'credentials-expired' | 'not-allowed' | 'no-such-registry' }
  | { readonly code: 'credentials-rejected' | 'no-response' | 'host-not-found'; readonly error: string }
  | { readonly code: 'refused'; readonly error: string; readonly message: string };

/** A registry could not be read; its `failure` says why. */
export class RegistryUnreadable extends Error {
  override readonly name = 'RegistryUnreadable';
  readonly failure: RegistryFailure;
  readonly location: RegistryLocation | undefined;

  constructor(failure: RegistryFailure, location: RegistryLocation | undefined, cause: unknown) {
    super(failure.code, { cause });
    this.failure = failure;
    this.location = location;
  }
}
