/** Writes the tag of exemption-tag.ts, apart from what reads it: the macro only writes it. */
import { isDay } from './day.ts';

/** The key of the tag. */
export const exemptionTagKey = 'ecr-hardening:exempt';

/** An exemption as it is written: `controls` are names of controls, in their order. */
export interface WrittenExemption {
  readonly controls: readonly string[];
  /** As YYYY-MM-DD. */
  readonly until: string | undefined;
  readonly reason: string;
}

// CloudFormation's schema of AWS::ECR::Repository; ECR itself takes 256.
const maxCharacters = 255;

/** The value of a tag, and whether the whole reason is in it as it was written. */
export interface ExemptionTagValue {
  readonly value: string;
  /** False where characters that a tag cannot have became spaces, or the reason was too long. */
  readonly isReasonWhole: boolean;
}

/**
 * The value that says the same as an exemption. Undefined if it cannot be said in a tag: without controls, with a last day
 * that is none, or with a reason of which no character can be in a tag.
 */
export function exemptionTagValue({
  controls,
  until,
  reason,
}: WrittenExemption): ExemptionTagValue | undefined {
  if (controls.length === 0 || (until !== undefined && !isDay(until))) return undefined;
  const head = `${controls.join('+')}${until === undefined ? '' : ` until ${until}`}: `;
  const wanted = reason.trim();
  const allowed = wanted
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}+\-=._:/@]+/gu, ' ')
    .trim();
  const text = shorten(allowed, maxCharacters - head.length);
  if (text === '') return undefined;
  return { value: `${head}${text}`, isReasonWhole: text === wanted };
}

/** A text of at most so many UTF-16 units. */
function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > max) break;
    kept += character;
  }
  return kept.trim();
}
