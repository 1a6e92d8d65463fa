/** What hardens the policies and the exclusion filters that authors write themselves; loaded on demand. */
export { templateDocuments } from '../../cloudformation/template-documents.ts';
