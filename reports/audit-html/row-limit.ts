/** Rows that are laid out until the reader asks for all: browsers take many seconds for 10,000. Print has all. */
export const maxRowsShown = 500;
