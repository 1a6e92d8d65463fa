import type { propertyNames } from './properties.ts';

/** What each property means, in a sentence or two; apart from what reads them, so that no bundle carries it. */
export const propertyDescriptions: { readonly [Name in (typeof propertyNames)[number]]: string } = {
  RepositoryName: 'A repository, or a pattern with `*`.',
  RepositoryNames: 'Repositories or patterns, as a list or text with commas.',
  RepositoryTags:
    "A map of tag to value that a repository must have; SAM's own image repositories have `ManagedStackSource: AwsSamCli`.",
  Exclude: 'Repositories or patterns that are left out.',
  AllowNoMatch: 'Whether it is no failure that nothing matches. Default: false.',
  ImageTagMutability:
    "As in `AWS::ECR::Repository`. Left out: immutable, but for the organisation's `MutableTags`.",
  ImageTagMutabilityExclusionFilters: 'As in `AWS::ECR::Repository`.',
  MutableTags:
    'The same as the filters, shorter: tags that may be overwritten, as a list or text with commas.',
  ImageScanningConfiguration: 'As in `AWS::ECR::Repository`. Left out: scanned on push.',
  LifecyclePolicy:
    'As in `AWS::ECR::Repository`, checked against the grammar before any call. Left out: what is there stays.',
  AccountSettings:
    'A map of name to value (`BASIC_SCAN_TYPE_VERSION`, `REGISTRY_POLICY_SCOPE`, `BLOB_MOUNTING`). Given alone it needs no repository. They stay when the resource is deleted: ECR has no way to delete one.',
  RequireScanning:
    'Fails where a repository is in effect not scanned, with the cause and what would mend it. Default: false.',
  ProtectPulledWithinDays:
    "Fails where the lifecycle policy would expire an image that was pulled within so many days, by ECR's own preview. 0: expire it. Default: 90.",
  OnDelete:
    '`Retain` leaves the settings when the resource is deleted or selects a repository no more; `Restore` gives back what was found. Default: Retain.',
  DryRun: 'Changes nothing; the attribute `WouldChange` says what would be. Default: false.',
};
