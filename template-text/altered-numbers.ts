/** Numbers of a template's text that JavaScript, and so the macro, cannot carry as they are written. */
import { isPair, isSeq, visit } from 'yaml';
import type { Path } from '../core/path.ts';
import type { TemplateDocument } from './document.ts';
import { isMergeKey } from './merge-keys.ts';
import { keyOf } from './places.ts';

/** A number, and where it is. */
export interface AlteredNumber {
  readonly path: Path;
  readonly offset: number;
}

/**
 * What each of them has at least: so many digits, also in other bases and with what may be between them, or an exponent. Most
 * templates have none of it, and are not gone through.
 */
const longOrExponent = /\d[\d._:]{14}|[\d._]e[-+]?\d|0x[\da-f_]{13}/i;

/** The numbers beyond 2^53, beyond what is finite, and of more digits than a double has. */
export function alteredNumbers({ nodes, text }: TemplateDocument): readonly AlteredNumber[] {
  if (!longOrExponent.test(text)) return [];
  const found: AlteredNumber[] = [];
  visit(nodes, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'number' || node.source === undefined) return;
      if (isAltered(node.source, node.value))
        found.push({ path: pathOf([...ancestors, node]), offset: node.range?.[0] ?? 0 });
    },
  });
  return found;
}

/** Whether a number is not what was written. `.inf` and what has a leading zero are texts here, or octal. */
function isAltered(source: string, value: number): boolean {
  if (!/\d/.test(source) || /^[-+]?0\d/.test(source)) return false;
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return true;
  if (!/^[-+\d._eE]+$/.test(source)) return false;
  const digits = digitsOf(source);
  if (value === 0) return digits !== '';
  // A double keeps 15 digits in any case. It is printed with as few digits as identify it, which are not always those that
  // its exact value is rounded to: 129786576838518.62 is 129786576838518.625.
  if (digits.length <= 15 || digitsOf(String(value)) === digits) return false;
  return digitsOf(value.toPrecision(Math.min(digits.length, 100))) !== digits;
}

/** The significant digits of a decimal number. */
function digitsOf(source: string): string {
  const [mantissa = ''] = source.split(/e/i);
  return mantissa.replace(/\D/g, '').replace(/^0+|0+$/g, '');
}

/** The path of the last of some nodes inside each other. */
function pathOf(nodes: readonly unknown[]): Path {
  return nodes.flatMap((node, index): Path => {
    if (isPair(node)) return isMergeKey(node.key) ? [] : [keyOf(node)];
    return isSeq(node) ? [node.items.indexOf(nodes[index + 1])] : [];
  });
}
