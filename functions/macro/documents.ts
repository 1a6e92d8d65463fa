/** What reads the policies that authors write themselves; loaded on demand. */
export { documentRules } from '../../core/documents.ts';
