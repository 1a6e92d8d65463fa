/** A location in a document: keys of maps and indices of lists, from the outermost in. */
export type Path = readonly (string | number)[];
