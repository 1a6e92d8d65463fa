/** What reads and writes the Metadata of resources; loaded on demand. */
export { metadataRules } from '../../cloudformation/metadata-rules.ts';
