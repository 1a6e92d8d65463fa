/** The sentences for what only some templates have; loaded on demand. */
export { reasonOf } from '../../wording/findings.ts';
export { expansionRefusal } from '../../wording/refusal.ts';
