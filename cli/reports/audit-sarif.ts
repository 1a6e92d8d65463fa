import type { DescribedAudit } from '../../wording/audit/describe.ts';
import { controlRules, sarifLog } from './sarif.ts';

/** SARIF 2.1.0: a registry has no files, so the location of a finding is the repository's URI. */
export function auditSarif({ registry, repositories, summary }: DescribedAudit, version: string): string {
  const rules = [
    ...controlRules,
    {
      id: 'ImageQuota',
      name: 'ImageQuota',
      shortDescription: { text: 'Images can still be pushed' },
      fullDescription: { text: 'A repository that has reached its quota of images refuses every push.' },
    },
  ];
  const host = `${registry.registryId}.dkr.ecr.${registry.region}.amazonaws.com`;
  const results = repositories.flatMap(({ name, arn, findings }) =>
    findings.map(({ subject, level, message }) => ({
      ruleId: subject,
      ruleIndex: rules.findIndex(({ id }) => id === subject),
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
    })),
  );
  return sarifLog({ version, rules, notes: summary.sentences }, results);
}
