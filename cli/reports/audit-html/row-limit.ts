/**
 * How many rows are laid out before somebody asks for all: browsers take many seconds for 10,000. Paper has all.
 */
export const mostShown = 500;
