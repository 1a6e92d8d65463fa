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

/** Whether there are colours: on a terminal, unless NO_COLOR is set or TERM is dumb; FORCE_COLOR enables them everywhere. */
export function areColoursWanted(
  stream: { readonly isTTY?: boolean },
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== '';
  return !NO_COLOR && (isForced || (stream.isTTY === true && TERM !== 'dumb'));
}

/** Colours where they are wanted. */
export async function coloursFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Colours> {
  // Loaded only then: the library asks whether there is a terminal, for which Node makes its streams.
  return areColoursWanted(stream, environment) ? (await import('picocolors')).createColors(true) : noColours;
}
