/** Logs one step: names, kinds, and what ECR itself returns; never a property's value, which could be NoEcho. */
export type Log = (entry: Readonly<Record<string, unknown>>) => void;
