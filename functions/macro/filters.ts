/** What hardens mutabilities with exclusion filters, and with conditions; loaded on demand. */
export { templateFilters } from '../../cloudformation/settings/mutability-pairs.ts';
