/** A repository as an audit reads it, of which a test says only what matters to it. */
import type { ImageReading, RepositoryReading } from '../../../../audit/reading.ts';
import type { UnreadReason } from '../../../../audit/unread.ts';

/** The day of every test: 2026-11-25. */
export const now = Date.UTC(2026, 10, 25);
export const day = 24 * 60 * 60 * 1000;

let count = 0;

/** A value that could not be read, since an action such as `ecr:DescribeImages` is not allowed. */
export function denied(action: string): { readonly unknown: UnreadReason } {
  return { unknown: { code: 'denied', action } };
}

/** An image that was pushed so many days ago. */
export function image(
  daysAgo: number,
  tags: readonly string[] = [],
  more: Partial<ImageReading> = {},
): ImageReading {
  count += 1;
  return {
    digest: `sha256:${String(count).padStart(64, '0')}`,
    tags,
    pushedAt: now - daysAgo * day,
    pulledAt: undefined,
    size: 1024 ** 3,
    isImageIndex: false,
    isArchived: false,
    ...more,
  };
}

/** A repository as ECR makes it, empty. */
export function reading(more: Partial<RepositoryReading> = {}): RepositoryReading {
  return {
    name: 'orders',
    arn: 'arn:aws:ecr:us-east-1:123456789012:repository/orders',
    createdAt: now - 400 * day,
    origin: { kind: 'pushed' },
    tagMutability: { mutability: 'MUTABLE', exclusions: [] },
    scanOnPush: false,
    encryption: 'AES256',
    scan: { frequency: 'MANUAL', filters: [] },
    lifecyclePolicy: undefined,
    repositoryPolicy: undefined,
    images: [],
    stack: undefined,
    references: { unknown: { code: 'usage-not-requested' } },
    pushes: { unknown: { code: 'pushes-not-requested' } },
    previousAudit: undefined,
    ...more,
  };
}
