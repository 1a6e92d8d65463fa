/** Numbers of an audit as text. Pure. */
import type { Range } from '../audit/audit.ts';

/** A range as text: `12`, or `10 to 12` if the bounds differ. */
export function formatRange({ atLeast, atMost }: Range): string {
  const words = (number: number) => number.toLocaleString('en');
  return atLeast === atMost ? words(atMost) : `${words(atLeast)} to ${words(atMost)}`;
}

/** Bytes as text, such as `1.5 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${(bytes / 1024 ** power).toLocaleString('en', { maximumFractionDigits: power === 0 ? 0 : 1 })} ${units[power]}`;
}

/** US dollars without their sign, such as `1,204` or `0.35`. */
export function formatMoney(dollars: number): string {
  const digits = dollars >= 100 ? 0 : 2;
  // Rounded up: it is reported as an upper bound.
  const rounded = Math.ceil(dollars * 10 ** digits - 1e-9) / 10 ** digits;
  return Math.max(0, rounded).toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/**
 * The same with its sign, and with two digits that count, such as `$0.0049`: it shows which of two amounts below a cent is larger.
 *
 * @param dollars more than 0
 */
export function formatSmallMoney(dollars: number): string {
  if (dollars >= 0.1) return `$${formatMoney(dollars)}`;
  const digits = 1 - Math.floor(Math.log10(dollars));
  const rounded = Math.ceil(dollars * 10 ** digits - 1e-9) / 10 ** digits;
  return `$${rounded.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: digits })}`;
}

/** Such as `1 image` or `2,000 images`. */
export function pluralise(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** Such as `1 image` or `10 to 12 images`. */
export function imagesIn(range: Range): string {
  return `${formatRange(range)} ${range.atMost === 1 ? 'image' : 'images'}`;
}
