/** Media types of image indexes: OCI's, and Docker's manifest list. */
export const indexTypes = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];
