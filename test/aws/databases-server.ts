import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe } from 'vitest';

const installed = '/usr/lib/postgresql';

/** Where a PostgreSQL server is installed: what Debian's package has, or what is on the PATH. Undefined when there is none. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(installed) ? readdirSync(installed).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((one) => join(installed, one, 'bin')), ...(process.env['PATH'] ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** The server of MariaDB, which stands for MySQL: Debian has no other. Undefined when it is not installed. */
export function mariadbProgram(): string | undefined {
  return ['/usr/sbin', ...(process.env['PATH'] ?? '').split(':')]
    .map((folder) => join(folder, 'mariadbd'))
    .find((program) => existsSync(program));
}

/** `describe`, if the server is there. Where it has to be (REKEY_DATABASE_SERVERS=required, as in CI) its absence is a failure. */
export function describeWith(program: string | undefined, debian: string) {
  if (program !== undefined || process.env['REKEY_DATABASE_SERVERS'] === 'required') return describe;
  return (title: string, tests: () => void) =>
    describe.skip(`${title} (SKIPPED: it is not installed; apt-get install ${debian})`, tests);
}

export interface PostgresServer {
  readonly port: number;
  readonly password: string;
  /** A connection as somebody, by default the superuser, the same password for all. */
  connect(user?: string, more?: pg.ClientConfig): Promise<pg.Client>;
  stop(): Promise<void>;
}

/** A PostgreSQL server of its own on a free port of the loopback interface. It speaks TLS when given a certificate for a name; `copyOf`: with the data of another. */
export async function startPostgres(
  options: { readonly certificateFor?: string; readonly copyOf?: string } = {},
): Promise<PostgresServer & { readonly ca: string; readonly data: string }> {
  const programs = postgresPrograms();
  if (!programs) throw new Error('there is no PostgreSQL server here');
  const dir = mkdtempSync(join(tmpdir(), 'rekey-postgres-'));
  const password = 'correct horse';
  // It refuses to run as root.
  const as = process.getuid?.() === 0 ? idsOf('postgres') : {};
  const own = (path: string) => {
    if (as.uid !== undefined && as.gid !== undefined) chownSync(path, as.uid, as.gid);
  };
  own(dir);
  const secret = join(dir, 'password');
  writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  own(secret);
  const data = join(dir, 'data');
  const program = (name: string, args: readonly string[]) =>
    execFileSync(join(programs, name), args, { ...as, cwd: dir, stdio: 'pipe' });
  if (options.copyOf !== undefined) copyFiles(options.copyOf, data);
  else {
    const made = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${secret}`];
    program('initdb', [...made, '--no-sync', '-E', 'UTF8', '--no-locale']);
  }
  const ca = join(dir, 'server.crt');
  const key = join(dir, 'server.key');
  if (options.certificateFor !== undefined) {
    const name = options.certificateFor;
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-addext',
        `subjectAltName=DNS:${name}`,
        '-keyout',
        key,
        '-out',
        ca,
      ],
      { stdio: 'pipe' },
    );
    chmodSync(key, 0o600);
    own(key);
    own(ca);
  }
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1,::1',
    port,
    unix_socket_directories: dir,
    fsync: 'off',
    wal_level: 'logical',
    ...(options.certificateFor === undefined ? {} : { ssl: 'on', ssl_cert_file: ca, ssl_key_file: key }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...flags], {
    ...as,
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await started(server.stderr, 'ready to accept connections');
  const connect = async (user = 'postgres', more: pg.ClientConfig = {}) => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user,
      password,
      database: 'postgres',
      ssl: false,
      ...more,
    });
    await client.connect();
    return client;
  };
  return {
    port,
    password,
    ca,
    data,
    connect,
    async stop() {
      const exit = once(server, 'exit');
      // At once, whoever is connected.
      server.kill('SIGQUIT');
      await exit;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** As a snapshot of a volume: who starts with it recovers from what is on the disk, while the other goes on. */
function copyFiles(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to], { stdio: 'pipe' });
  // It says that a server runs on these.
  rmSync(join(to, 'postmaster.pid'), { force: true });
}

/** A MariaDB server of its own on a free port of the loopback interface, once it has carried out `statements`. `copyOf`: with the data of another. */
export async function startMariadb(
  statements: readonly string[],
  more: readonly string[] = [],
  copyOf?: string,
): Promise<{ readonly port: number; readonly data: string; stop(): Promise<void> }> {
  const program = mariadbProgram();
  if (program === undefined) throw new Error('there is no MariaDB server here');
  const dir = mkdtempSync(join(tmpdir(), 'rekey-mariadb-'));
  const as = process.getuid?.() === 0 ? idsOf('nobody') : {};
  const data = join(dir, 'data');
  const first = join(dir, 'first.sql');
  writeFileSync(first, `${statements.join(';\n')};\n`);
  for (const path of [dir, first]) if (as.uid !== undefined && as.gid !== undefined) chownSync(path, as.uid, as.gid);
  if (copyOf !== undefined) copyFiles(copyOf, data);
  else
    execFileSync(
      'mariadb-install-db',
      ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
      {
        ...as,
        cwd: dir,
        stdio: 'pipe',
      },
    );
  const port = await freePort();
  const flags = [
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${dir}/socket`,
    `--init-file=${first}`,
    ...more,
  ];
  const server = spawn(program, ['--no-defaults', ...flags], { ...as, cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  await started(server.stderr, 'ready for connections');
  return {
    port,
    data,
    async stop() {
      const exit = once(server, 'exit');
      server.kill('SIGKILL');
      await exit;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function idsOf(user: string): { uid?: number; gid?: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function started(stderr: NodeJS.ReadableStream, ready: string): Promise<void> {
  let said = '';
  for await (const chunk of stderr) {
    said += String(chunk);
    if (said.includes(ready)) {
      // Further words must not fill the pipe.
      stderr.resume();
      return;
    }
  }
  throw new Error(`the server did not start: ${said}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
