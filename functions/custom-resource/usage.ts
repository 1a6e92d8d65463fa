/** Reading who uses images; a file of its own, loaded on demand: it has the clients of seven services. */
export { connectUsage } from '../../aws/usage/usage.ts';
