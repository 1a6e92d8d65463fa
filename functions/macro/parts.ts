/** What recognises a part of a template, beside a `Fn::Transform`; loaded on demand. */
export { placementOf } from '../../cloudformation/fragment.ts';
