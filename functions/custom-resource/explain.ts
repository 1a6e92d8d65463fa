/** What a failed call to ECR means to the person who reads the stack's events, in one sentence. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `ECR could not be reached: ${String(error)}.`;
  switch (error.name) {
    case 'AccessDeniedException':
      return `The function may not do this (${error.message}): let its role, and any service control policy or permissions boundary, allow it.`;
    case 'ThrottlingException':
    case 'TooManyRequestsException':
      return 'ECR throttled the function for longer than it could wait: deploy again, with fewer stacks at once.';
    case 'RepositoryNotFoundException':
      return `${error.message}: it was deleted while its settings were written.`;
    case 'InvalidParameterException':
    case 'ValidationException':
      return `ECR refuses the settings: ${error.message}`;
    case 'BlockedByOrganizationPolicyException':
      return `A policy of the organisation forbids the change: ${error.message}`;
    default:
      return `ECR failed with ${error.name}: ${error.message}`;
  }
}
