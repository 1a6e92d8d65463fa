/** What reads intrinsic functions, and decides conditions; loaded on demand. */
export { intrinsicRules } from '../../cloudformation/read-intrinsics.ts';
