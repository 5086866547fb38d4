import type { AccountState } from '../simulator/state.ts';
import { answer, fitted, ink, table } from './screen.ts';

/** Something that is under a key, as the account shows it. */
interface Piece {
  /** What stays the same: the device, or the name of a database. */
  readonly place: string;
  readonly id: string;
  readonly kind: string;
  readonly key: string | null;
  readonly digest: string | null;
  /** What a workload had acknowledged, and whether it can't be read there; undefined where nothing writes. */
  readonly writes: number | undefined;
  readonly lost: boolean | null;
}

/** The keys, by alias. */
export interface Keys {
  readonly from: string;
  readonly to: string;
}

/** What of the account the demo moves or leaves: the volumes of an instance, the DB instances, the clusters. */
function pieces(state: AccountState, instance: string): Piece[] {
  return [...volumesOf(state, instance), ...databasesOf(state)];
}

function volumesOf(state: AccountState, id: string): Piece[] {
  const instance = state.instances.find((one) => one.id === id);
  const ledger = new Map((instance?.workload?.ledger ?? []).map((one) => [one.device, one]));
  return [...(instance?.devices ?? [])].sort(byDevice).map(({ device, volume: volumeId }) => {
    const volume = state.volumes.find((one) => one.id === volumeId);
    const kept = ledger.get(device);
    const kind = `${volume?.type} ${volume?.size} GiB`;
    const { key = null, digest = null } = volume ?? {};
    return { place: device, id: volumeId, kind, key, digest, writes: kept?.writes, lost: kept?.lost ?? null };
  });
}

function databasesOf(state: AccountState): Piece[] {
  const alone = state.databases
    .filter((one) => one.cluster === null)
    .map((one) => ({ ...one, kind: `database, ${one.settings.AllocatedStorage} GiB` }));
  const clusters = state.clusters.map((one) => ({ ...one, kind: `Aurora, ${one.members.length} members` }));
  return [...alone, ...clusters].map(({ identifier, resourceId, kind, key, digest }) => {
    const clients = state.clients.find((one) => one.database === resourceId);
    return {
      place: identifier,
      id: resourceId,
      kind,
      key,
      digest,
      writes: clients?.writes,
      lost: clients?.lost ?? null,
    };
  });
}

const byDevice = (a: { device: string }, b: { device: string }) => (a.device < b.device ? -1 : 1);

/** All writes that were acknowledged in the places where `which` holds. */
export function writesOf(
  state: AccountState,
  instance: string,
  which: (place: string) => boolean = () => true,
): number {
  return pieces(state, instance).reduce((sum, one) => sum + (which(one.place) ? (one.writes ?? 0) : 0), 0);
}

/** Whether a place is a device of the instance, and not a database. */
export const isDevice = (place: string) => place.startsWith('/dev/');

/** Prints each piece with its key, the digest of its content and what its clients believe. */
export function printPieces(state: AccountState, instance: string): void {
  const rows = pieces(state, instance).map(({ place, id, kind, key, digest, writes, lost }) => {
    const data = writes === undefined ? '' : `${writes} writes, ${lost === false ? 'all there' : 'NOT all there'}`;
    return { place, what: `${id}, ${kind}`, held: [keyName(state, key), (digest ?? '-').slice(0, 8), data] };
  });
  const width = Math.max(...rows.map(({ place }) => place.length));
  const held = table(
    rows.map((row) => row.held),
    ' '.repeat(width + 4),
  );
  // In one line they would be half as wide again as a terminal.
  for (const [at, { place, what }] of rows.entries()) answer(`  ${place.padEnd(width)}  ${what}\n${held[at]}`);
  const found = state.instances.find((one) => one.id === instance);
  answer(`  ${found?.name ?? instance} (${instance}) is ${found?.state}`);
}

function keyName(state: AccountState, arn: string | null): string {
  const key = state.keys.find((one) => one.arn === arn);
  return key?.aliases[0] ?? arn ?? 'none';
}

/** The account before the run, and as it was when clients were last kept out, and after it. */
export interface States {
  readonly before: AccountState;
  /** What had been written when the originals were left: those on devices, and those in databases. */
  readonly then: number;
  readonly after: AccountState;
}

/** What is not as the demo promises; empty when all is. */
export function judge({ before, then, after }: States, instance: string, keys: Keys): string[] {
  const findings: string[] = [];
  const now = new Map(pieces(after, instance).map((one) => [one.place, one]));
  const ids = new Set(
    [
      after.volumes.map((one) => one.id),
      after.databases.map((one) => one.resourceId),
      after.clusters.map((one) => one.resourceId),
    ].flat(),
  );
  for (const was of pieces(before, instance)) {
    const is = now.get(was.place);
    const moves = keyName(before, was.key) === keys.from;
    const wanted = moves ? keys.to : keyName(before, was.key);
    if (!is) {
      findings.push(`${was.place}: nothing is there`);
      continue;
    }
    if (keyName(after, is.key) !== wanted)
      findings.push(`${was.place}: ${is.id} is under ${keyName(after, is.key)}, not ${wanted}`);
    if (!moves && is.id !== was.id) findings.push(`${was.place}: was to be left alone`);
    if (moves && ids.has(was.id)) findings.push(`${was.id}: the original is still there`);
    if (is.writes !== undefined && is.lost !== false)
      findings.push(`${was.place}: writes that were acknowledged are lost`);
  }
  if (writesOf(after, instance) <= then) findings.push('nothing has been written since the originals were left');
  const state = after.instances.find((one) => one.id === instance)?.state;
  if (state !== 'running') findings.push(`${instance} is ${state}, not running`);
  return findings;
}

/** Tells what was proved. */
export function tellProof({ then, after }: States, instance: string, keys: Keys, hold: string): void {
  const all = writesOf(after, instance);
  const tick = ink.green('✔');
  const names = databasesOf(after).map((one) => one.place);
  answer('');
  for (const proved of [
    `everything that was under ${keys.from} is under ${keys.to}`,
    `all ${all} acknowledged writes can be read back, ${all - then} of them were written to the replacements`,
    `the originals are gone, after proof and a hold of ${hold}; ${instance} runs, and ${names.join(' and ')} serve under their names`,
  ])
    answer(fitted(`${tick} ${proved}`, '  '));
}
