/**
 * One invocation of the custom resource's bundle in a process of its own. Arguments: the bundle, the event as JSON. At its
 * end it prints the processor time that the process took, in milliseconds.
 */
const [bundle, event] = process.argv.slice(2);
const remainingMs = 300_000;
const begun = performance.now();
const context = {
  getRemainingTimeInMillis: () => remainingMs - (performance.now() - begun),
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:EcrHardening-settings',
};
require(bundle)
  .handler(JSON.parse(event), context)
  .then(() => {
    const { user, system } = process.cpuUsage();
    console.error((user + system) / 1000);
    process.exit();
  });
