/** The page of a registry that has whatever a page can go wrong over. */
import { htmlReport } from '../../../../reports/audit-html.ts';
import { denied as deniedFor, image, now, reading } from '../../audit/support/readings.ts';
import { fleetAudit, hostile } from './audits.ts';

/** Of which nothing may be read, for a reason that is hostile. */
export const dark = deniedFor(`it is <b>not</b> allowed ${hostile}`);
const extra = [
  reading({
    name: 'dark',
    images: dark,
    stack: dark,
    scan: dark,
    lifecyclePolicy: dark,
    repositoryPolicy: dark,
  }),
  reading({
    name: 'hostile',
    stack: hostile,
    images: [image(1, ['latest'])],
    lifecyclePolicy: JSON.stringify({ [hostile]: 1 }),
    pushes: {
      since: now,
      end: { code: 'history' },
      tags: new Map([['latest', { times: 9, images: 9, lastBy: hostile }]]),
    },
  }),
  reading({ name: 'full', images: Array.from({ length: 1000 }, (_, age) => image(age, [`build-${age}`])) }),
  // Names that are numbers, and those between them as text.
  ...['10', '9', '1a', '1e3'].map((name) => reading({ name })),
];
/** Of which nothing may be read, as it happens. */
export const denied = reading({
  images: deniedFor('ecr:DescribeImages'),
  stack: deniedFor('tag:GetResources'),
  scan: deniedFor('ecr:BatchGetRepositoryScanningConfiguration'),
  lifecyclePolicy: deniedFor('ecr:GetLifecyclePolicy'),
  repositoryPolicy: deniedFor('ecr:GetRepositoryPolicy'),
});
/** Moves more tags than a page can hold. */
export const restless = reading({
  images: [image(1, ['latest'])],
  pushes: {
    since: now,
    end: { code: 'history' },
    tags: new Map(
      Array.from({ length: 300 }, (_, index) => [`tag-${index}`, { times: 9, images: 9, lastBy: 'role/ci' }]),
    ),
  },
});
/** How many it has. */
export const repositories = 42 + extra.length;

export function page(unread = 0): string {
  return htmlReport(fleetAudit({ unread, extra }), '1.2.3');
}

/** The same of a sweep, which has a column more. */
export function sweptPage(): string {
  const audit = fleetAudit({ extra });
  const sweep = { state: 'left to its stack, images at risk', isOpen: true, lines: [] };
  const swept = [...audit.repositories].map((repository) => ({ ...repository, sweep }));
  return htmlReport({ ...audit, repositories: swept }, '1.2.3', { verb: 'Swept', sections: [] });
}
