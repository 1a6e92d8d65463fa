/** The notes of a release: what its files are, and how to install it. */
import { plainName } from './templates.ts';

/** What the notes are about. */
export interface ReleaseNotes {
  readonly version: string;
  readonly isPreview: boolean;
  readonly templates: readonly string[];
  /** The version's section of the changelog. */
  readonly changes: string;
}

/** RELEASE_NOTES.md. */
export function releaseNotes({ version, isPreview, templates, changes }: ReleaseNotes): string {
  const rows = templates.map(
    (name) =>
      `| \`${name}\`, \`${plainName(name)}\` | ${purposeOf(name)}: for SAM, and as plain CloudFormation |`,
  );
  return `# EcrHardening ${version}${isPreview ? ' (preview)' : ''}
${isPreview ? '\nThis is a preview of a version that is not released yet.\n' : ''}
| file | what it is |
|---|---|
${rows.join('\n')}
| \`organization.yaml\` | the StackSets of an organisation (docs/organisation.md) |
| \`*.zip\` | the code of the functions |
| \`ecr-hardening-${version}.tgz\` | the command, the library and the CDK constructs: \`npm install ./ecr-hardening-${version}.tgz\` |
| \`sbom.cdx.json\` | the packages in them (CycloneDX) |
| \`SHA256SUMS\` | \`sha256sum --check SHA256SUMS\` |

With the SAM CLI, in this folder:

    sam deploy --template-file template.yaml --stack-name ecr-hardening --capabilities CAPABILITY_IAM --resolve-s3

Without it, copy this folder to the bucket of your Region, whose name ends in the Region's, and create the stack from there:

    aws s3 sync . s3://acme-code-eu-central-1/ecr-hardening/${version}/
    aws cloudformation create-stack --stack-name ecr-hardening --capabilities CAPABILITY_IAM --parameters ParameterKey=CodeBucketPrefix,ParameterValue=acme-code --template-url https://acme-code-eu-central-1.s3.eu-central-1.amazonaws.com/ecr-hardening/${version}/template-cloudformation.yaml

Upgrading: "Upgrading" in docs/install.md. Without the SAM CLI, the new version needs CodeKeyPrefix=ecr-hardening/${version}/.

${changes.trim()}
`;
}

const purposes: Readonly<Record<string, string>> = {
  'hook.yaml': 'the CloudFormation hook',
  'organization-central.yaml': 'the page of an organisation',
};

function purposeOf(template: string): string {
  return template === 'template.yaml'
    ? 'the application (macro, custom resource, alerts)'
    : (purposes[template] ?? `the template ${template.replace(/\.yaml$/, '')}`);
}
