// SPDX-License-Identifier: LGPL-2.1-or-later
//
// check.js GREETER: the library of NATS for services in JavaScript, @nats-io/services, and the example greeter-nats
// discover and call each other.
//
// GREETER is the program. The test is skipped where nats-server or the library is missing; `install` installs the
// library, and nothing else does.

'use strict';

const assert = require('assert');
const { execFile, spawn } = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');

const SUBJECT = 'demo.greeter.org.example.Greeter.Greet';
const TIMEOUT = 30000;

function findServer() {
  return [...process.env.PATH.split(':'), '/usr/sbin'].map(folder => path.join(folder, 'nats-server')).find(fs.existsSync);
}

// Where NODE_PATH has them, or where `install` has put them.
function load(name) {
  return require(require.resolve(name, { paths: [__dirname, path.join(__dirname, '../../../_build/nats-javascript')] }));
}

async function findPort() {
  const listener = net.createServer().listen(0, '127.0.0.1');

  await new Promise(resolve => listener.once('listening', resolve));
  const { port } = listener.address();

  await new Promise(resolve => listener.close(resolve));
  return port;
}

async function retry(func) {
  const end = Date.now() + TIMEOUT;

  for (;;) {
    try {
      return await func();
    } catch (error) {
      if (Date.now() > end)
        throw error;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }
}

async function collect(iterator) {
  const items = [];

  for await (const item of await iterator)
    items.push(item);
  return items;
}

// Runs greeter-nats as a client.
function greet(greeter, url, name) {
  return new Promise(resolve => execFile(greeter, [url, name], { timeout: TIMEOUT },
    (error, stdout, stderr) => resolve({ code: error ? error.code : 0, text: (stdout + stderr).trim() })));
}

class Test {
  constructor(nats, services, greeter, url, connection) {
    Object.assign(this, { nats, services, greeter, url, connection });
    this.client = new services.Svcm(connection).client({ strategy: 'stall', maxWait: 1000, stall: 500 });
  }

  request(data, entries) {
    const headers = this.nats.headers();

    for (const [name, value] of entries)
      headers.append(name, value);
    return this.connection.request(SUBJECT, data, { timeout: TIMEOUT, headers });
  }

  // The service of norpc-glib, as the library finds it.

  async discover() {
    const [ping] = await retry(async () => {
      const found = await collect(this.client.ping('greeter'));

      assert.strictEqual(found.length, 1);
      return found;
    });

    assert.strictEqual(ping.type, this.services.ServiceResponseType.PING);
    assert.deepStrictEqual([ping.name, ping.version, ping.metadata], ['greeter', '1.0.0', {}]);
    assert.strictEqual((await collect(this.client.ping())).length, 1);
    assert.strictEqual((await collect(this.client.ping('greeter', ping.id))).length, 1);

    const [info] = await collect(this.client.info('greeter'));

    assert.strictEqual(info.type, this.services.ServiceResponseType.INFO);
    assert.strictEqual(info.description, 'Greets people');
    assert.deepStrictEqual(info.endpoints, [{ name: 'org-example-Greeter-Greet', subject: SUBJECT, queue_group: 'q',
      metadata: { request: '(s)', response: '(s)' } }]);
    assert.strictEqual(info.id, ping.id);
  }

  async call() {
    const reply = await this.request('Ada\0', [['Norpc-Type', '(s)'], ['Norpc-Timeout', '1000']]);

    assert.strictEqual(reply.string(), 'Hello, Ada!\0');
    assert.strictEqual(reply.headers.get('Norpc-Type'), '(s)');
    assert.ok(!this.services.ServiceError.isServiceError(reply));
  }

  async fail() {
    const reply = await this.request('Ada', [['Norpc-Type', '(s)']]);
    const error = this.services.ServiceError.toServiceError(reply);

    assert.strictEqual(error.code, 400);
    assert.match(error.message, /normal form/);
  }

  async count() {
    const [stats] = await collect(this.client.stats('greeter'));
    const [endpoint] = stats.endpoints;

    assert.strictEqual(stats.type, this.services.ServiceResponseType.STATS);
    assert.ok(!isNaN(Date.parse(stats.started)), stats.started);
    assert.deepStrictEqual([endpoint.name, endpoint.subject, endpoint.queue_group, endpoint.num_requests, endpoint.num_errors],
      ['org-example-Greeter-Greet', SUBJECT, 'q', 2, 1]);
    assert.match(endpoint.last_error, /normal form/);
    assert.ok(endpoint.processing_time > 0);
    assert.strictEqual(endpoint.average_processing_time, Math.floor(endpoint.processing_time / 2));
  }

  // A service of the library, as norpc-glib calls it.

  async serve() {
    const seen = [];
    const service = await new this.services.Svcm(this.connection).add({ name: 'other', version: '0.1.0' });
    const answer = (error, message) => {
      const name = message.string().slice(0, -1);

      seen.push(message.headers.get('Norpc-Type'));
      if (name === 'nobody') {
        message.respondError(404, 'There is nobody to greet', 'There is nobody\nto greet');
      } else if (name === 'thrown') {
        throw new Error('It was thrown');
      } else {
        const headers = this.nats.headers();

        headers.set('Norpc-Type', name === 'wrong' ? '(i)' : '(s)');
        message.respond(name === 'untyped' ? 'x\0' : `Salut, ${name}!\0`, name === 'untyped' ? {} : { headers });
      }
    };

    service.addEndpoint('greet', { subject: SUBJECT, handler: answer });
    await this.connection.flush();
    assert.deepStrictEqual(await greet(this.greeter, this.url, 'Ada'), { code: 0, text: 'Salut, Ada!' });
    for (const [name, expected] of [['nobody', /There is nobody\nto greet/], ['thrown', /It was thrown/],
      ['wrong', /expected a header Norpc-Type with '\(s\)', got \(i\)/], ['untyped', /got none/]]) {
      const { code, text } = await greet(this.greeter, this.url, name);

      assert.strictEqual(code, 1);
      assert.match(text, expected);
    }
    assert.deepStrictEqual(seen, Array(5).fill('(s)'));
    await service.stop();
    assert.match((await greet(this.greeter, this.url, 'Ada')).text, /nothing serves 'demo.greeter' at NATS/);
  }
}

async function run(nats, services) {
  const greeter = process.argv[2], port = await findPort(), url = `nats://127.0.0.1:${port}`;
  const processes = [spawn(findServer(), ['-a', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' })];
  let number = 0;

  try {
    const connection = await retry(() => nats.connect({ servers: url, reconnect: false }));
    const test = new Test(nats, services, greeter, url, connection);
    const check = async name => {
      await test[name]();
      console.log(`ok ${++number} ${name}`);
    };

    console.log('1..5');
    processes.push(spawn(greeter, [url, '--serve'], { stdio: 'ignore' }));
    for (const name of ['discover', 'call', 'fail', 'count'])
      await check(name);
    processes[1].kill('SIGTERM');
    await new Promise(resolve => processes[1].once('exit', resolve));
    await check('serve');
    await connection.close();
  } finally {
    for (const child of processes)
      child.kill('SIGKILL');
  }
}

async function main() {
  let nats, services;

  try {
    nats = load('@nats-io/transport-node');
    services = load('@nats-io/services');
  } catch (error) {
    console.log('1..0 # SKIP @nats-io/services is not installed: see tests/nats/javascript/install');
    return;
  }
  if (findServer() === undefined)
    console.log('1..0 # SKIP nats-server is not installed');
  else
    await run(nats, services);
}

main().catch(error => {
  console.log(`Bail out! ${error.stack.replaceAll('\n', '\n# ')}`);
  process.exitCode = 1;
});
