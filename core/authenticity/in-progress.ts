/**
 * Whether a request to a custom resource is one that CloudFormation is carrying out, by what it reports of the resource.
 *
 * AWS does not document these states: they are those of public traces.
 */

/** A resource, as CloudFormation reports it. */
export interface ResourceState {
  /** Such as CREATE_IN_PROGRESS. */
  readonly status: string;
  readonly physicalId: string | undefined;
}

/** What of a request is compared. */
export type Claimed =
  | { readonly requestType: 'Create' }
  | { readonly requestType: 'Update' | 'Delete'; readonly physicalResourceId: string };

/**
 * Whether the resource's state is that of the request.
 *
 * @param ownId the physical ID that the custom resource gives this resource
 */
export function isInProgress(request: Claimed, state: ResourceState | undefined, ownId: string): boolean {
  if (state === undefined) return false;
  const { status, physicalId } = state;
  switch (request.requestType) {
    case 'Create':
      // A new resource has no ID until the response arrives; one that is replaced still has the old one's.
      return status === 'CREATE_IN_PROGRESS'
        ? physicalId === undefined || physicalId === ownId
        : status === 'UPDATE_IN_PROGRESS' && physicalId !== undefined;
    case 'Update':
      return status === 'UPDATE_IN_PROGRESS' && physicalId === request.physicalResourceId;
    case 'Delete': {
      const { physicalResourceId } = request;
      // After a Create that was cancelled, CloudFormation invents the ID.
      const isInvented = physicalId === undefined && physicalResourceId !== ownId;
      return status === 'DELETE_IN_PROGRESS' && (isInvented || physicalId === physicalResourceId);
    }
    default:
      return request satisfies never;
  }
}

/**
 * Whether an event is about that resource with that ID. While what an update has replaced is deleted, the resource itself
 * has the new ID, and only the events have the old one.
 */
export function isAbout(
  { physicalId, logicalId }: ResourceState & { readonly logicalId: string | undefined },
  logicalResourceId: string,
  physicalResourceId: string,
): boolean {
  return logicalId === logicalResourceId && physicalId === physicalResourceId;
}

/** Whether a stack is being rolled back, by its status; undefined if that is not known. */
export function isRollback(stackStatus: string | undefined): boolean | undefined {
  return stackStatus === undefined
    ? undefined
    : /ROLLBACK_(?:COMPLETE_CLEANUP_)?IN_PROGRESS$/.test(stackStatus);
}
