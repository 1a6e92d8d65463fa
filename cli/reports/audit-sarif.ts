import { registryHost } from '../../aws/regions.ts';
import type {
  DescribedFinding,
  DescribedRepositories,
  DescribedRepository,
  ReportedAudit,
} from '../../wording/audit/describe.ts';
import { controlRules, sarifLog } from './sarif.ts';

/** SARIF 2.1.0: a registry has no files, so the location of a finding is the repository's URI. */
export function auditSarif({ repositories, summary }: ReportedAudit, version: string): Iterable<string> {
  const rules = [
    ...controlRules,
    {
      id: 'ImageQuota',
      name: 'ImageQuota',
      shortDescription: { text: 'Images can still be pushed' },
      fullDescription: { text: 'A repository that has reached its quota of images refuses every push.' },
    },
  ];
  const results = resultsOf(repositories, (repository) =>
    resultsOfOne(repository, ({ subject }) => rules.findIndex(({ id }) => id === subject)),
  );
  return sarifLog({ version, rules, notes: summary.sentences }, results);
}

function* resultsOf(
  repositories: DescribedRepositories,
  resultsOfOne: (repository: DescribedRepository) => readonly object[],
): Generator<object, void, undefined> {
  for (const repository of repositories) yield* resultsOfOne(repository);
}

function resultsOfOne(
  { name, arn, findings }: DescribedRepository,
  ruleIndexOf: (finding: DescribedFinding) => number,
): readonly object[] {
  const [, , , region = '', account = ''] = arn.split(':');
  const host = registryHost({ account, region });
  return findings.map((finding) => {
    const { subject, level, message } = finding;
    return {
      ruleId: subject,
      ruleIndex: ruleIndexOf(finding),
      level,
      message: { text: `${name}: ${message}` },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: `${host}/${name}` }, region: { startLine: 1 } },
          logicalLocations: [{ name, fullyQualifiedName: arn }],
        },
      ],
      // Identifies a finding across runs by repository and subject, even if its message changes.
      partialFingerprints: { repository: `${arn}#${subject}` },
    };
  });
}
