/**
 * The runtime's side of a Lambda function: asks the runtime API for one event, and sends what the handler answers
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). Arguments: the API's port, the bundle.
 */
const { writeSync } = require('node:fs');
const { request } = require('node:http');

const [port, bundle] = process.argv.slice(2);
const options = { host: '127.0.0.1', port };
const api = '/2018-06-01/runtime/invocation';

// Lambda's runtime puts a console in place that writes to a file descriptor: Node's own would make a stream first.
console.log = (line) => writeSync(1, `${line}\n`);

const { handler } = require(bundle);
request({ ...options, path: `${api}/next` }, (next) => {
  const parts = [];
  next.on('data', (part) => parts.push(part));
  next.on('end', async () => {
    const answer = await handler(JSON.parse(Buffer.concat(parts).toString()));
    const path = `${api}/${next.headers['lambda-runtime-aws-request-id']}/response`;
    request({ ...options, path, method: 'POST' }, () => process.exit()).end(JSON.stringify(answer));
  });
}).end();
