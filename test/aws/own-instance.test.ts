import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ownInstance } from '../../src/aws/own-instance.ts';

const id = 'i-0123456789abcdef0';
const assetTag = '/nonexistent';

/** A metadata service, with the requests that it gets. */
async function metadata(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint } };
}

const version2 = (request: IncomingMessage, response: ServerResponse) => {
  if (request.method === 'PUT') return response.end('a token');
  response.statusCode = request.headers['x-aws-ec2-metadata-token'] === 'a token' ? 200 : 401;
  return response.end(id);
};

test('the instance is asked for with a token, once a process', async () => {
  const { asked, env } = await metadata(version2);
  const own = ownInstance({ env, assetTag });
  expect(await Promise.all([own(), own()])).toEqual([id, id]);
  expect(asked).toEqual(['PUT /latest/api/token', 'GET /latest/meta-data/instance-id']);
});

test('where the firmware tells it nobody is asked', async () => {
  const { asked, env } = await metadata(version2);
  const dir = mkdtempSync(join(tmpdir(), 'rekey-tag-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'tag'), 'i-00000000000000001\n');
  expect(await ownInstance({ env, assetTag: join(dir, 'tag') })()).toBe('i-00000000000000001');
  expect(asked).toEqual([]);
});

test('a service that is switched off is not asked', async () => {
  const { asked, env } = await metadata(version2);
  expect(await ownInstance({ env: { ...env, AWS_EC2_METADATA_DISABLED: 'TRUE' }, assetTag })()).toBeUndefined();
  expect(asked).toEqual([]);
});

test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
  ['never answers', () => undefined],
  ['refuses', (_request, response) => response.writeHead(403).end(id)],
  ['is another service', (_request, response) => response.end('<html>')],
])('one that %s tells of no instance, and is asked no second time', async (_how, answer) => {
  const { asked, env } = await metadata(answer);
  const own = ownInstance({ env, assetTag });
  expect(await own()).toBeUndefined();
  const before = asked.length;
  expect(await own()).toBeUndefined();
  expect(asked).toHaveLength(before);
});
