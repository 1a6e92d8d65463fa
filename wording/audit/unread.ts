/** Why a value of an audit is unknown, as the clause that a cell or a list shows. */
import type { UnreadReason } from '../../audit/unread.ts';
import { unreadReason } from '../image-usage.ts';
import { issueClause } from '../issues.ts';
import { pathText } from '../path.ts';
import { shownValues } from '../values.ts';

export function unreadClause(reason: UnreadReason): string {
  switch (reason.code) {
    case 'denied':
    case 'no-response':
    case 'failed':
      return unreadReason(reason);
    case 'other-account':
      return "available to the registry's own account only";
    case 'scanning-not-returned':
      return 'ECR did not report how it is scanned';
    case 'stack-not-found':
      return 'there are too many repositories, or its stack has too many resources, to find which stack has it';
    case 'pushes-not-requested':
      return 'CloudTrail was not read';
    case 'usage-not-requested':
      return 'the services that run images were not asked';
    case 'usage-unread':
      return 'no service that runs images could be read';
    case 'no-push-events':
      return 'CloudTrail has no push events';
    case 'policy-not-evaluated': {
      const clauses = reason.issues.map((issue) =>
        `${pathText(issue.path)} ${issueClause(issue.code, issue, shownValues)}`.trim(),
      );
      return `its lifecycle policy cannot be evaluated: ${clauses.join('; ')}`;
    }
    default:
      return reason satisfies never;
  }
}
