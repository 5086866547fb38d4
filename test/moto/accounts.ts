import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { printClock } from '../../src/contract/clock.ts';
import { clientOf, program, root, serving } from './programs.ts';

const region = 'eu-west-1';
const scenario = join(root, 'test/moto/scenario.yaml');

/** An account on HTTP that is not AWS. */
export interface Stand {
  readonly url: string;
  /** The environment in which any client talks to it. */
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

// Nothing takes time in moto, so waiting at the pace that AWS needs would be waiting for nothing.
const motoSpeed = 20;

/** moto, empty. */
export async function startMoto(): Promise<Stand> {
  const args = ['-H', '127.0.0.1', '-p', '0'];
  const { said: url, close } = await serving(program('moto_server'), args, /Running on (http:\S+)/);
  return { url, env: envOf(url), close };
}

/** The same, for whole plans, which ask for what it does not know, and wait in a time of their own. */
export async function startMotoForPlans(): Promise<Stand> {
  const moto = await startMoto();
  const { url, close } = await beforeMoto(moto.url);
  const closeBoth = async () => {
    await close();
    await moto.close();
  };
  return { url, env: envOf(url), close: closeBoth };
}

function envOf(url: string): NodeJS.ProcessEnv {
  const now = Date.now();
  const REKEY_CLOCK = printClock({ epoch: now, wallEpoch: now, speed: motoSpeed });
  return { ...clientOf(url, region), REKEY_CLOCK };
}

// A name is for an address, at which nothing listens.
const nobodyThere = { address: '127.0.0.1', port: 1 };

/**
 * Hands on to moto whatever is asked, but where the name of a database leads, for DescribeVolumeStatus, which it does not know, and ListChangedBlocks, which it knows
 * of no snapshot that EC2 has made: it answers with 500, and nothing is ever deleted. Nothing takes time in it, so what has been
 * made from a snapshot has all of its blocks; and nobody writes on a volume, so none of them changes.
 */
async function beforeMoto(moto: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((asked, answer) => {
    // moto's time is that of the wall, and rekey's goes faster here: how long something has taken is not for it to say.
    answer.sendDate = false;
    const parts: Buffer[] = [];
    asked.on('data', (part: Buffer) => parts.push(part));
    asked.on('end', () => {
      const body = Buffer.concat(parts);
      const form = new URLSearchParams(body.toString('latin1'));
      if (form.get('Action') === 'DescribeVolumeStatus') tellStatus(form, answer);
      else if (asked.url?.startsWith('/_rekey/resolve')) answer.end(JSON.stringify(nobodyThere));
      else if (/^\/snapshots\/snap-\w+\/changedblocks\?/.test(asked.url ?? '')) tellUnchanged(answer);
      else handOn(moto, asked, body, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

function handOn(moto: string, { method, url = '/', headers }: IncomingMessage, body: Buffer, answer: ServerResponse) {
  const sent = request(new URL(url, moto), { method, headers }, (heard) => {
    const { date: _ofTheWall, ...headers } = heard.headers;
    answer.writeHead(heard.statusCode ?? 502, headers);
    heard.pipe(answer);
  });
  sent.on('error', () => answer.destroy());
  sent.end(body);
}

function tellStatus(form: URLSearchParams, answer: ServerResponse): void {
  const ids = [...form].flatMap(([name, value]) => (/^VolumeId\.\d+$/.test(name) ? [value] : []));
  const detail = (name: string, status: string) => `<item><name>${name}</name><status>${status}</status></item>`;
  const details = detail('io-enabled', 'passed') + detail('initialization-state', 'completed');
  const items = ids.map(
    (id) =>
      `<item><volumeId>${id}</volumeId><volumeStatus><status>ok</status><details>${details}</details></volumeStatus></item>`,
  );
  const body = `<DescribeVolumeStatusResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><volumeStatusSet>${items.join('')}</volumeStatusSet></DescribeVolumeStatusResponse>`;
  answer.writeHead(200, { 'content-type': 'text/xml' }).end(body);
}

function tellUnchanged(answer: ServerResponse): void {
  const body = JSON.stringify({ ChangedBlocks: [], BlockSize: 524_288, VolumeSize: 8 });
  answer.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

/** The simulated account of scenario.yaml, so many times as fast as the clock on the wall. */
export async function startSimulated(speed: number): Promise<Stand> {
  const options = ['--scenario', scenario, '--listen', '127.0.0.1:0', '--speed', String(speed), '--json'];
  const args = [join(root, 'bin/rekey.js'), 'simulate', ...options];
  const { said, close } = await serving(process.execPath, args, /^(\{.*"simulate\.listening".*\})$/m);
  const { endpoint, env } = JSON.parse(said) as { endpoint: string; env: NodeJS.ProcessEnv };
  return { url: endpoint, env: { ...clientOf(endpoint, region), ...env }, close };
}
