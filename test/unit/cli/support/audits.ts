/** Audits of registries as companies have them: the same each time, judged by the product's own code. */
import type { RepositoryAudit } from '../../../../audit/audit.ts';
import { auditRepository } from '../../../../audit/audit-repository.ts';
import type { ImageReading, RepositoryReading, TagPushes } from '../../../../audit/reading.ts';
import { auditOf } from '../../../../audit/summary.ts';
import { builtInPolicy } from '../../../../core/policy/policy.ts';
import type { ImageReference } from '../../../../core/usage/evidence.ts';
import { type DescribedAudit, describeAudit } from '../../../../wording/audit/describe.ts';
import { day, denied, image, now, reading } from '../../audit/support/readings.ts';

export const registry = {
  region: 'eu-central-1',
  registryId: '123456789012',
  scanType: 'BASIC',
  usage: {
    ecs: 6,
    lambda: 0,
    batch: { unknown: { code: 'denied', action: 'batch:DescribeJobDefinitions' } },
  },
} as const;
const teams = ['checkout', 'payments', 'catalogue', 'search', 'identity', 'data-platform', 'mobile'];
const services = ['api', 'worker', 'frontend', 'scheduler', 'importer', 'gateway', 'migrations', 'notifier'];
const megabyte = 1024 ** 2;
const keepsTwenty = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 20 },
      action: { type: 'expire' },
    },
  ],
});
const open = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Pull',
      Effect: 'Allow',
      Principal: '*',
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    },
  ],
});

/** Markup and quotes, which what a registry holds may have. */
export const hostile = `"><script>document.title='taken'</script><img src=x onerror="document.title='taken'">'`;

export interface Fleet {
  readonly repositories?: number;
  /** How many the registry has beyond those that were read. */
  readonly unread?: number;
  readonly extra?: readonly RepositoryReading[];
  readonly quota?: number;
  /** Less of them makes large fleets in less time. */
  readonly maxImages?: number;
}

/** Services of several teams, from the tidy to the forgotten, two of which nobody may read. */
export function fleetAudit(fleet: Fleet = {}): DescribedAudit {
  const audits = fleetAudits(fleet);
  return describeAudit(auditOf(registry, audits, { total: audits.length + (fleet.unread ?? 0), at: now }));
}

/** The same, repository by repository, before it is put into words. */
export function fleetAudits({
  repositories = 42,
  extra = [],
  quota = 1000,
  maxImages = 900,
}: Fleet): readonly RepositoryAudit[] {
  const readings = [
    ...Array.from({ length: repositories }, (_, index) => service(index, maxImages)),
    ...extra,
  ];
  const options = { policy: builtInPolicy, quota, lookBackDays: 14, keepDays: 30, now };
  return readings.map((each) => auditRepository(each, options));
}

/** A registry whose repositories are all the same but for their names. */
export function sameAudit(one: RepositoryReading, count: number): DescribedAudit {
  const judged = auditRepository(one, {
    policy: builtInPolicy,
    quota: 1000,
    lookBackDays: 14,
    keepDays: 30,
    now,
  });
  const audits = Array.from({ length: count }, (_, index) => ({ ...judged, name: `team/service-${index}` }));
  return describeAudit(auditOf(registry, audits, { total: count, at: now }));
}

/** One repository of the fleet; which one decides all that it is. */
function service(index: number, maxImages: number): RepositoryReading {
  const round = Math.floor(index / (teams.length * services.length));
  const name = `${teams[index % teams.length]}/${services[index % services.length]}${round === 0 ? '' : `-${round}`}`;
  const isTidy = index % 6 === 0;
  const common = {
    name,
    arn: `arn:aws:ecr:eu-central-1:123456789012:repository/${name}`,
    stack: index % 3 === 0 ? undefined : `${teams[index % teams.length]}-prod`,
    scan: {
      frequency: index % 4 === 1 ? 'MANUAL' : 'SCAN_ON_PUSH',
      filters: index % 4 === 2 ? ['*/api'] : [],
    } as const,
    scanOnPush: index % 4 !== 1,
    lifecyclePolicy: isTidy || index % 5 === 2 ? keepsTwenty : undefined,
    repositoryPolicy: index === 11 ? open : undefined,
    encryption: index % 2 === 0 ? 'KMS' : 'AES256',
  };
  if (index % 20 === 19) {
    return reading({
      ...common,
      images: denied('ecr:DescribeImages'),
      repositoryPolicy: denied('ecr:GetRepositoryPolicy'),
    });
  }
  const own = images(
    index,
    isTidy ? 20 : Math.min(maxImages, 8 + ((index * 53) % 211) * (index % 9 === 4 ? 4 : 1)),
  );
  const mutability = isTidy ? 'IMMUTABLE' : 'MUTABLE';
  return reading({
    ...common,
    tagMutability: { mutability, exclusions: [] },
    images: own,
    references: users(index, name, own),
    pushes: { since: now - 90 * day, end: { code: 'history' }, tags: new Map(moving(index)) },
  });
}

function images(index: number, count: number): ImageReading[] {
  return Array.from({ length: count }, (_, age) =>
    image(age / (1 + (index % 3)), tagsOf(index, age), {
      size: (40 + ((index * 71) % 900)) * megabyte,
      pulledAt: age % 7 === 0 ? now - (age % 120) * day : undefined,
    }),
  );
}

/** The newest has the tags that move, some of the old ones lost theirs. */
function tagsOf(index: number, age: number): string[] {
  if (age === 0) return [...movingNames(index), `build-${1000 - age}`];
  return age % 11 === 10 && index % 4 === 3 ? [] : [`build-${1000 - age}`];
}

function movingNames(index: number): readonly string[] {
  if (index % 6 === 0) return [];
  if (index % 14 === 5) return ['latest', 'dev', 'test', 'staging', 'prod', 'canary'];
  return index % 3 === 1 ? ['latest'] : index % 3 === 2 ? ['latest', 'prod'] : [];
}

function moving(index: number): [string, TagPushes][] {
  const once = { times: 1, images: 1, lastBy: 'role/ci' };
  const moved = movingNames(index).map((tag, place): [string, TagPushes] => [
    tag,
    {
      times: 12 + ((index * 7) % 40),
      images: 9 + place,
      lastBy: `role/${teams[index % teams.length]}-deploy`,
    },
  ]);
  return [['build-1000', once], ...moved];
}

/** Every seventh repository's oldest image runs. */
function users(index: number, repository: string, all: readonly ImageReading[]): readonly ImageReference[] {
  const oldest = all.at(-1);
  if (index % 7 !== 3 || oldest === undefined) return [];
  const user = {
    source: 'ecs',
    arn: `arn:aws:ecs:eu-central-1:123456789012:service/${teams[index % teams.length]}/${index}`,
  } as const;
  return [{ registryId: '123456789012', region: 'eu-central-1', repository, digest: oldest.digest, user }];
}
