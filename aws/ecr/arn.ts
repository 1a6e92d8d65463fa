/** ARNs of repositories. */

/** The name in a repository's ARN (`arn:aws:ecr:us-east-1:123456789012:repository/payments/api`). */
export function repositoryNameOf(arn: string): string {
  return arn.replace(/^.*?:repository\//, '');
}
