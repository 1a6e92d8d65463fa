/** The sentence about credentials that AWS's SDK does not find. */

/** @param reason what the SDK says; for a profile whose source has no credentials, only that none were found */
export function noCredentials(reason: string): string {
  const [first = ''] = reason.split(/\.\s/);
  if (reason.includes('aws sso login'))
    return `No AWS credentials were found (${first}): run aws sso login with this profile, then retry.`;
  if (reason.includes('multi-factor'))
    return `No AWS credentials were found (${first}): set those that aws configure export-credentials prints for this profile.`;
  return `No AWS credentials were found (${reason}): set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; aws sts get-caller-identity tests a profile.`;
}
