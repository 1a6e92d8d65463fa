import { controlMetadata, controlNames } from '../core/controls/index.ts';
import { isOneOf } from '../core/json.ts';
import { check, type TemplateFinding, type TemplateOptions } from '../index.ts';
import { pathText } from '../wording/path.ts';
import { type EcrHardeningProps, optionsOf } from './props.ts';
import { readTemplates } from './templates.ts';

/** The package's version, set when the bundle is built. */
declare const ECR_HARDENING_VERSION: string;

const failOns = ['error', 'warning', 'never'] as const;

/** What the plugin takes beside the policy. */
export interface EcrHardeningValidationProps extends EcrHardeningProps {
  /** The level from which on a finding fails the synthesis; `warning` if left out, as in `ecr-hardening check`. */
  readonly failOn?: (typeof failOns)[number];
}

/** A resource in which a rule is violated, as the CDK's reports have it. */
export interface ViolatingResource {
  readonly resourceLogicalId: string;
  readonly templatePath: string;
  readonly locations: string[];
}

/** A rule that is violated, as the CDK's reports have it. */
export interface Violation {
  readonly ruleName: string;
  readonly description: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly fix?: string;
  readonly violatingResources: ViolatingResource[];
}

/**
 * Reports unsafe repositories when the app is synthesised, with their construct paths:
 *
 *     Validations.of(app).addPlugins(new EcrHardeningValidation());
 *
 * With an aws-cdk-lib without `Validations`, use `new App({ policyValidationBeta1: [...] })`. A repository without a lifecycle
 * policy fails the synthesis only if `lifecycle` is given. Its types are the CDK's, which earlier versions name differently.
 */
export class EcrHardeningValidation {
  readonly name = 'ecr-hardening';
  readonly version = typeof ECR_HARDENING_VERSION === 'string' ? ECR_HARDENING_VERSION : '0.0.0';
  readonly ruleIds = [...controlNames];
  readonly #options: TemplateOptions;
  readonly #failOn: NonNullable<EcrHardeningValidationProps['failOn']>;

  constructor({ failOn = 'warning', ...props }: EcrHardeningValidationProps = {}) {
    // A program without types can have another one, with which nothing would fail.
    if (!isOneOf(failOns, failOn)) throw new TypeError(`failOn: must be one of ${failOns.join(', ')}`);
    this.#options = optionsOf(props);
    this.#failOn = failOn;
  }

  /** @param context the files of the templates, as every version of the CDK names them */
  validate(context: { readonly templatePaths: string[] }): { success: boolean; violations: Violation[] } {
    const located = readTemplates(context.templatePaths).flatMap(({ file, template }) =>
      check(template, this.#options)
        .filter((finding) => this.#severityOf(finding) !== undefined)
        .map((finding) => ({ finding, file })),
    );
    // Node 20 has no Map.groupBy.
    const byRule = new Map<string, { first: TemplateFinding; resources: ViolatingResource[] }>();
    for (const { finding, file } of located) {
      const key = `${finding.control} ${finding.message}`;
      const group = byRule.get(key) ?? { first: finding, resources: [] };
      group.resources.push(resourceOf(finding, file));
      byRule.set(key, group);
    }
    const violations = [...byRule.values()].map(({ first, resources }) =>
      violationOf(first, this.#severityOf(first) ?? 'info', resources),
    );
    return { success: violations.every(({ severity }) => severity !== 'error'), violations };
  }

  /** What fails is an error, because the CDK takes warnings that are left for a success; undefined is not reported. */
  #severityOf({ level, code }: TemplateFinding): Violation['severity'] | undefined {
    if (level === 'note') return undefined;
    if (code === 'no-lifecycle-policy' && this.#options.lifecycle === undefined) return 'info';
    const isFailing = this.#failOn !== 'never' && (level === 'error' || this.#failOn === 'warning');
    return isFailing ? 'error' : 'warning';
  }
}

function violationOf(
  { control, message }: TemplateFinding,
  severity: Violation['severity'],
  violatingResources: ViolatingResource[],
): Violation {
  const metadata = isOneOf(controlNames, control) ? controlMetadata[control] : undefined;
  return {
    ruleName: control,
    description: message,
    severity,
    violatingResources,
    ...(metadata === undefined ? {} : { fix: `${metadata.remediation} ${metadata.source}` }),
  };
}

function resourceOf({ logicalId, path }: TemplateFinding, file: string): ViolatingResource {
  return {
    templatePath: file,
    locations: [pathText(path)],
    // Of what is about the template itself.
    resourceLogicalId: logicalId ?? '',
  };
}
