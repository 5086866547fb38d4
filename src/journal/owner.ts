import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import type { Liveness } from '../contract/processes.ts';
import type { Owner } from '../contract/record.ts';

type Process = { readonly is: 'running'; readonly started: string } | { readonly is: 'gone' | 'unclear' };

/** This process as an owner. What can't be read is `''`, which never proves anything. */
export function whoAmI(): Promise<Owner> {
  return identityOf(process.pid);
}

/** A process of this machine and pid namespace as an owner. */
export async function identityOf(pid: number): Promise<Owner> {
  const [machine, boot, pidNamespace, found] = await Promise.all([machineId(), bootId(), pidNamespaceId(), look(pid)]);
  return { host: hostname(), machine, boot, pidNamespace, pid, started: found.is === 'running' ? found.started : '' };
}

/** `dead` only when proved: the same machine was booted since, or the process is gone from the very pid namespace this one is in. */
export async function isAlive(owner: Owner, me?: Owner): Promise<Liveness> {
  const here = me ?? (await whoAmI());
  const same = (field: 'host' | 'machine' | 'boot' | 'pidNamespace') =>
    owner[field] !== '' && owner[field] === here[field];
  if (!same('machine') || owner.boot === '' || here.boot === '') return 'unknown';
  // Cloned disks and container images share a machine id: only together with the host name does another boot mean a later one.
  if (!same('boot')) return same('host') ? 'dead' : 'unknown';
  if (!same('pidNamespace') || owner.started === '') return 'unknown';
  const found = await look(owner.pid);
  if (found.is === 'running') return found.started === owner.started ? 'alive' : 'dead';
  return found.is === 'gone' ? 'dead' : 'unknown';
}

/** Do these name one and the same process? */
export function isSameProcess(a: Owner, b: Owner): boolean {
  const fields = ['host', 'machine', 'boot', 'pidNamespace', 'pid', 'started'] as const;
  return fields.every((field) => a[field] !== '' && a[field] === b[field]);
}

/** An owner in words. */
export function ownerText(owner: Owner): string {
  return `process ${owner.pid} on ${owner.host}`;
}

async function machineId(): Promise<string> {
  if (process.platform === 'darwin') {
    const tree = await output('ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']);
    return /"IOPlatformUUID" = "([^"]+)"/.exec(tree)?.[1] ?? hostname();
  }
  const id = (await textOf('/etc/machine-id')) || (await textOf('/var/lib/dbus/machine-id'));
  // Before its first boot is over, a machine's id reads "uninitialized".
  return /^[0-9a-f]{32}$/.test(id) ? id : hostname();
}

function bootId(): Promise<string> {
  // kern.boottime moves when the clock is set; the session's id does not.
  if (process.platform === 'darwin') return output('sysctl', ['-n', 'kern.bootsessionuuid']);
  return textOf('/proc/sys/kernel/random/boot_id');
}

async function pidNamespaceId(): Promise<string> {
  if (process.platform === 'darwin') return 'darwin';
  // A /proc mounted for another pid namespace shows other processes under our numbers.
  return (await linkOf('/proc/self')) === String(process.pid) ? linkOf('/proc/self/ns/pid') : '';
}

async function look(pid: number): Promise<Process> {
  const [state, started] = process.platform === 'darwin' ? await psOf(pid) : await statOf(pid);
  if (state !== undefined && started !== undefined)
    return /^[ZXx]/.test(state) ? { is: 'gone' } : { is: 'running', started };
  return { is: answersSignals(pid) ? 'unclear' : 'gone' };
}

async function statOf(pid: number): Promise<(string | undefined)[]> {
  const stat = await textOf(`/proc/${pid}/stat`);
  // The second field, the name, may hold blanks and parentheses: count from its end, where the third begins.
  const fields = stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [fields[0], fields[19]];
}

async function psOf(pid: number): Promise<(string | undefined)[]> {
  const line = await output('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)]);
  return /^(\S+)\s+(.+)$/.exec(line)?.slice(1) ?? [];
}

// /proc may hide other users' processes; a signal that is refused still tells that there is one.
function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

const textOf = (file: string) => readFile(file, 'utf8').then((text) => text.trim(), notKnown);
const linkOf = (file: string) => readlink(file).then((text) => text, notKnown);
/** What a program of the system prints; nothing when it fails. */
export const output = (program: string, args: readonly string[]) =>
  promisify(execFile)(program, [...args], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  }).then(({ stdout }) => stdout.trim(), notKnown);

// Whatever hinders us from reading a part of an identity, the answer is the same: not known.
function notKnown(): string {
  return '';
}
