/** The findings of a template as a person or a program looks them up. Pure. */
import { controlMetadata } from '../core/controls/catalogue.ts';
import type { ControlMetadata } from '../core/controls/control.ts';
import { type Finding, locationOf } from '../core/finding.ts';
import { locate, type TemplateDocument } from '../template-text/document.ts';
import { type ExpandOptions, expandTemplate } from '../template-text/expand.ts';
import { pathOf } from '../template-text/finding-path.ts';

/**
 * How bad a finding is: `error` the macro refuses; `warning` is unsafe as it is deployed; `note` is good to know, such as
 * what the macro mends in a template that names it.
 */
export const severities = ['error', 'warning', 'note'] as const;
export type Severity = (typeof severities)[number];

/** One finding, with where it stands and what is to be said about its control. */
export interface LocatedFinding {
  readonly file: string;
  /** From 1; of the property, or of the nearest thing around where it is missing. */
  readonly line: number;
  readonly column: number;
  readonly level: Severity;
  readonly control: Finding['control'];
  readonly outcome: Finding['outcome'];
  /** Such as `Orders.Properties.ImageTagMutability`. */
  readonly place: string;
  readonly message: string;
  /** Undefined for what is no control: the template's shape, or parameters. */
  readonly about: ControlMetadata | undefined;
}

/** What is found in one template. */
export function findingsOf(template: TemplateDocument, options: ExpandOptions): readonly LocatedFinding[] {
  const { findings, namesMacro } = expandTemplate(template.value, options);
  return findings
    .filter(({ control }) => control !== 'Settings')
    .map((finding) => {
      const { line, column } = locate(template, pathOf(template.value, finding));
      return {
        file: template.file,
        line,
        column,
        level: levelOf(finding.outcome, namesMacro),
        control: finding.control,
        outcome: finding.outcome,
        place: locationOf(finding) || 'template',
        message: messageOf(finding),
        about: controlMetadata.find(({ name }) => name === finding.control),
      };
    });
}

function levelOf(outcome: Finding['outcome'], namesMacro: boolean): Severity {
  switch (outcome) {
    case 'violation':
    case 'invalid':
      return 'error';
    case 'kept':
      return 'warning';
    case 'set':
    case 'replaced':
      return namesMacro ? 'note' : 'warning';
    case 'undetermined':
    case 'exempt':
    case 'noted':
      return 'note';
    default:
      return outcome satisfies never;
  }
}

/** The reason, and what the macro does about it. */
function messageOf({ outcome, reason, after }: Finding): string {
  const written = typeof after === 'string' && after.length < 60 ? after : 'a safe value';
  switch (outcome) {
    case 'set':
      return `${reason}; the macro sets ${written}`;
    case 'replaced':
      return `${reason}; the macro replaces it by ${written}`;
    case 'kept':
      return `${reason}; it stands as its author wrote it`;
    case 'violation':
    case 'invalid':
      return `${reason}; the macro refuses it`;
    case 'undetermined':
      return `${reason}; it cannot be known before deploying`;
    case 'exempt':
    case 'noted':
      return reason;
    default:
      return outcome satisfies never;
  }
}
