import type { propertyNames } from './properties.ts';

/** The meaning of each property, in a file of its own so that no bundle contains it. */
export const propertyDescriptions: { readonly [Name in (typeof propertyNames)[number]]: string } = {
  RepositoryName: 'A repository name, or a pattern with `*`.',
  RepositoryNames: 'Repository names or patterns, as a list or a comma-separated string.',
  RepositoryTags:
    'Resource tags that a repository must have, as a map of key to value. The image repositories that the SAM CLI creates have `ManagedStackSource: AwsSamCli`.',
  Exclude: 'Repository names or patterns to exclude.',
  AllowNoMatch: 'Succeed even if no repository matches. Default: false.',
  ImageTagMutability:
    "As in `AWS::ECR::Repository`. If not set: immutable, except for the organisation's `MutableTags`.",
  ImageTagMutabilityExclusionFilters: 'As in `AWS::ECR::Repository`.',
  MutableTags:
    'Short form of the filters: tags that can be overwritten, as a list or a comma-separated string.',
  ImageScanningConfiguration: 'As in `AWS::ECR::Repository`. If not set: scan on push.',
  LifecyclePolicy:
    'As in `AWS::ECR::Repository`, validated before any call. If not set: the current policy is kept.',
  KeepImages:
    "Instead of `LifecyclePolicy`: the macro's default policy, with this number of most recent images to keep. If one of these four properties is set, the others have the organisation's values. 0: no limit.",
  ExpireUntaggedAfterDays:
    "In the macro's default policy: days after the push until untagged images expire. 0: never.",
  ArchiveUnpulledAfterDays:
    "In the macro's default policy: days after the last pull (or the push, without one) until images are archived; then `KeepImages` does not apply. 0: never.",
  ProtectedTags:
    "In the macro's default policy: tag patterns of images that never expire and are not archived, as a list or a comma-separated string.",
  AccountSettings:
    'A map of name to value (`BASIC_SCAN_TYPE_VERSION`, `REGISTRY_POLICY_SCOPE`, `BLOB_MOUNTING`). Can be used without selecting repositories. Needs `AllowAccountSettings: true` of the application. The settings are kept when the resource is deleted: ECR cannot delete them.',
  RequireScanning:
    'Fail if a repository is not actually being scanned; the error explains why and how to fix it. Default: false.',
  ProtectPulledWithinDays:
    "Fail if the lifecycle policy would expire or archive images that are in use, or that were pulled within this number of days, according to ECR's preview. 0 disables the check, which needs `AllowExpiringImagesInUse: true` of the application. Default: 90.",
  WhenSafer:
    'If a repository is safer than the properties ask for, `Refuse` fails, and `Keep` leaves that setting of the repository as it is and reports it. Default: Refuse.',
  OnDelete:
    '`Retain` keeps the settings when the resource is deleted or no longer matches a repository; `Restore` reverts to the original settings. Default: Retain.',
  DryRun:
    'Change nothing; the attribute `WouldChange` has the changes that would be made, and the images in use that the lifecycle policy would expire, counted for repositories that only a pattern or a tag selects. Default: false.',
};
