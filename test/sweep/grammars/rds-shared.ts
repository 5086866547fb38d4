import type { JournalRecord } from '../../../src/contract/record.ts';
import { fence } from '../../support/rds.ts';
import type { World } from '../../support/world.ts';
import type { Deed, End } from '../grammar.ts';
import { doubtfulHook } from '../variants/hooks.ts';

/** The security group that lets clients in. */
export const own = 'sg-0aaaaaaaaaaaaaaa1';
/** A group that no plan names. */
export const third = 'sg-0ccccccccccccccc3';
const runner = '10.9.0.7/32:5432';
const everybody = '10.0.0.0/8:5432';
/** The claim of a run that nobody knows. */
export const foreignClaim = 'rekey:claim:20251231T000000Z-zzzzzz';

export type Act = Parameters<World['account']['act']>[0];

const plain = (name: string, act: Act): Deed => ({ name, hostile: false, act: (world) => world.account.act(act) });

/** What somebody does around a database or cluster: to its fence, to a key, to the credentials. */
export function deedsAround(key: string): readonly Deed[] {
  return [
    plain('open-group', { do: 'open-group', group: fence, inbound: everybody }),
    plain('close-group', { do: 'close-group', group: fence, inbound: runner }),
    plain('disable-key', { do: 'disable-key', key }),
    plain('put-key-policy', { do: 'put-key-policy', key, policy: 'deny' }),
    plain('schedule-key-deletion', { do: 'schedule-key-deletion', key }),
    plain('expire-credentials', { do: 'expire-credentials' }),
  ];
}

/**
 * Credentials renewed, keys usable, the fence as it was declared where the run has said that it is not: what somebody opens
 * and closes again while no process looks leaves no trace in AWS's answers, and nobody can find it (TESTING.md).
 */
export function mendKeysAndFence(world: World, disk: readonly JournalRecord[]): void {
  const act = (action: Act) => world.attempt(() => world.account.act(action));
  act({ do: 'renew-credentials' });
  for (const key of ['alias/new', 'alias/old']) {
    act({ do: 'cancel-key-deletion', key });
    act({ do: 'enable-key', key });
    act({ do: 'put-key-policy', key, policy: 'default' });
  }
  if (disk.some(tellsOfFence)) while (act({ do: 'close-group', group: fence, inbound: everybody }) === 'done');
  while (act({ do: 'close-group', group: fence, inbound: runner }) === 'done');
  act({ do: 'open-group', group: fence, inbound: runner });
}

/** Has the run stopped because somebody protects what it is to delete? */
export function tellsOfProtection(disk: readonly JournalRecord[]): boolean {
  const last = disk.findLast((record) => record.t === 'stopped');
  return last?.t === 'stopped' && /disable deletion protection|against deletion since/.test(last.stop.message);
}

function tellsOfFence(record: JournalRecord): boolean {
  if (record.t === 'drifted') return true;
  return record.t === 'stopped' && new RegExp(`${fence}|open|clients|fence`).test(record.stop.message);
}

/** Ends in which rekey rightly waits for a person, because somebody else took apart what it works on. */
const handsOff = [
  'target-in-pieces',
  'mixed-start',
  'target-refused',
  'target-changed',
  'proof-failed',
  'replacement-stale',
  'verification-failed',
  'unwind-failed',
  'effect-failed',
  'original-gone',
];

/** What is wrong when a history did not end in `done`, though nothing that others have done is a reason. */
export function endsOtherwise({ end, hostile, deeds }: End): string[] {
  // Where the fence was open either one may have been written to: a person has to look.
  const stale = ['replacement-stale', 'target-in-pieces', 'verification-failed'];
  const opened = [...deeds].some((name) => name === 'open-group' || name.startsWith('the fence is opened'));
  const mayBeStale = stale.includes(end) && opened;
  // A plan that sets nothing gets what its comparison refuses.
  const short = ['settings', 'roles', 'reboot'].some((step) => deeds.has(`a plan without ${step}`));
  // Nobody looks whether it took effect.
  const doubtful = end === 'command-in-doubt' && [...deeds].some((name) => name.startsWith(doubtfulHook));
  const fine =
    end === 'done' ||
    doubtful ||
    mayBeStale ||
    (short && end === 'verification-failed') ||
    (hostile && handsOff.includes(end));
  return fine ? [] : [`it did not come to its end: ${end}`];
}
