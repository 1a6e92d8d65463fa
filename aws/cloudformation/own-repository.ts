/** Whether a stack has a repository, by what CloudFormation reports of one of its resources. */

/** A resource of a stack. */
export interface ReportedResource {
  readonly ResourceType?: string | undefined;
  readonly ResourceStatus?: string | undefined;
}

// A resource can name a repository that its stack does not own: one that was retained or moved to another stack, and one of
// the same name that was there before, so that it could not be created or imported.
const gone: readonly string[] = [
  'CREATE_FAILED',
  'DELETE_COMPLETE',
  'DELETE_SKIPPED',
  'EXPORT_COMPLETE',
  'IMPORT_FAILED',
  'IMPORT_ROLLBACK_COMPLETE',
];

export function isOwnRepository({ ResourceType, ResourceStatus = '' }: ReportedResource): boolean {
  return ResourceType === 'AWS::ECR::Repository' && !gone.includes(ResourceStatus);
}
