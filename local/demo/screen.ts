import { createColors } from 'picocolors';
import { areColoursWanted, type Colours, noColours } from '../../cli/colours.ts';
import { print } from '../../cli/output.ts';

/** The output of `npm start`; if `isTTY`, a line can be overwritten. */
export interface Screen {
  readonly isTTY: boolean;
  write(text: string): void;
}

export const terminal: Screen = {
  isTTY: process.stdout.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb',
  write: (text) => print(text),
};

export const colours: Colours = areColoursWanted(process.stdout, process.env)
  ? createColors(true)
  : noColours;
