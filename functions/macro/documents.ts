/** What hardens the policies that authors write themselves; loaded on demand. */
export { templateDocuments } from '../../cloudformation/template-documents.ts';
