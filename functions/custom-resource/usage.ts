/** Reading who uses images; a file of its own, loaded on demand: it has the clients of seven services. */
export { imageIndexReads } from '../../aws/ecr/image-indexes.ts';
export { connectUsage } from '../../aws/usage/usage.ts';
export { startIndexReader } from '../../reconcile/index-reader.ts';
