/**
 * One invocation of the custom resource's bundle in a process of its own. Arguments: the bundle, the event as JSON. At its end
 * it prints in milliseconds how long the handler took, and the processor time of the process.
 */
const [bundle, event] = process.argv.slice(2);
const { handler } = require(bundle);
const remainingMs = 300_000;
const begun = performance.now();
const context = {
  getRemainingTimeInMillis: () => remainingMs - (performance.now() - begun),
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:EcrHardening-settings',
};
handler(JSON.parse(event), context).then(() => {
  const { user, system } = process.cpuUsage();
  console.error(JSON.stringify({ handlerMs: performance.now() - begun, cpuMs: (user + system) / 1000 }));
  process.exit();
});
