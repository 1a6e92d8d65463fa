/**
 * The cfn-response module of AWS for inline Node.js code (`ZipFile`), which MiniStack does not provide:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
 */
const https = require('node:https');

exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';

exports.send = (event, context, Status, Data, physicalResourceId, NoEcho = false) => {
  const log = context.logStreamName;
  const body = JSON.stringify({
    Status,
    Reason: `See the details in CloudWatch Log Stream: ${log}`,
    PhysicalResourceId: physicalResourceId || log,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho,
    Data,
  });
  const { hostname, port, pathname, search } = new URL(event.ResponseURL);
  const request = https.request(
    {
      hostname,
      port: port || 443,
      path: pathname + search,
      method: 'PUT',
      headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) },
    },
    () => context.done(),
  );
  request.on('error', (error) => context.done(error));
  request.end(body);
};
