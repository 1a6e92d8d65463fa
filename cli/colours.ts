import type { createColors } from 'picocolors';

/** How texts are coloured. */
export type Colours = Pick<
  ReturnType<typeof createColors>,
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
>;

/** No colours at all. */
export const noColours: Colours = {
  bold: String,
  dim: String,
  red: String,
  green: String,
  yellow: String,
  cyan: String,
};

/** Colours on a terminal, unless NO_COLOR is set or TERM is dumb; FORCE_COLOR enables them everywhere. */
export async function coloursFor(
  stream: { readonly isTTY?: boolean },
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): Promise<Colours> {
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== '';
  const isWanted = !NO_COLOR && (isForced || (stream.isTTY === true && TERM !== 'dumb'));
  // Loaded only then: the library asks whether there is a terminal, for which Node makes its streams.
  return isWanted ? (await import('picocolors')).createColors(true) : noColours;
}
