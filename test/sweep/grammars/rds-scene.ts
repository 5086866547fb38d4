import type { JournalRecord } from '../../../src/contract/record.ts';
import { fence, original } from '../../support/rds.ts';
import type { World } from '../../support/world.ts';
import type { Choices } from '../choices.ts';
import type { End, Scene } from '../grammar.ts';
import { endsOtherwise, foreignClaim, mendKeysAndFence, own, tellsOfProtection } from './rds-shared.ts';

const neighbour = 'db-BBBBBBBBBBBBBBBBBBBBBBBBB2';
const finalSnapshot = 'orders-final';

/** An account with a database whose clients write through its name, and with another database. */
export function sceneOf(choices: Choices): Scene {
  const given = (probability: number, line: string) => (choices.chance(probability) ? `\n    ${line}` : '');
  const retention = choices.one([0, 1, 7, 7]);
  const protectedOne = choices.chance(0.6);
  const multiAZ = choices.chance(0.3);
  const storage = choices.one([20, 20, 100]);
  const keepsLast = choices.chance(0.25);
  const retains = choices.chance(0.3);
  const scenario = `
keys: [{ alias: alias/old }, { alias: alias/new }]
limits: { throttling: ${choices.chance(0.2)} }
visibilityDelayMs: ${choices.one([0, 0, 2_000, 20_000, 90_000])}
securityGroups:
  - { id: ${own}, inbound: [10.0.0.0/8:5432], outbound: [] }
  - { id: ${fence}, inbound: [10.9.0.7/32:5432], outbound: [] }
databases:
  - id: orders
    resourceId: ${original}
    engine: ${choices.one(['postgres', 'postgres', 'mysql'])}
    port: 5432
    class: db.m6g.large
    storage: ${storage}
    key: alias/old
    securityGroups: [${own}]
    subnetGroup: private
    multiAZ: ${multiAZ}
    deletionProtection: ${protectedOne}
    backupRetention: ${retention}
    backupWindow: "${choices.one(['20:00-20:30', '00:20-00:50', '00:40-01:10'])}"
    maintenanceWindow: "${choices.one(['mon:03:00-mon:03:30', 'sun:01:15-sun:01:45'])}"
    copyTagsToSnapshot: ${choices.chance(0.5)}${given(0.5, 'parameterGroup: orders-16')}${given(0.3, 'maxStorage: 500')}${given(0.3, 'iamAuth: true')}${given(0.3, 'logExports: [postgresql]')}${given(0.3, 'performanceInsights: { key: alias/old, retentionDays: 31 }')}${given(0.3, 'monitoring: { everySeconds: 60, role: "arn:aws:iam::111122223333:role/monitoring" }')}${given(0.4, 'roles: [{ role: "arn:aws:iam::111122223333:role/import", feature: s3Import }, { role: "arn:aws:iam::111122223333:role/export", feature: s3Export }]')}
    tags: { team: shop, Name: orders }
    workload: { everySeconds: ${choices.one([3, 7, 31])}, sessions: ${choices.one([1, 2, 4])}, pooled: ${choices.chance(0.6)}, cacheSeconds: ${choices.one([0, 30, 120])} }
  - { id: bills, resourceId: ${neighbour}, key: alias/old, securityGroups: [${own}], data: kept, workload: { everySeconds: 61 } }
`;
  return {
    scenario,
    sets: [
      `steps.delete.with.finalSnapshot=${keepsLast ? finalSnapshot : 'none'}`,
      `steps.delete.with.automatedBackups=${retains ? 'retain' : 'delete'}`,
    ],
    mend,
    faultsOfEnd: (world, end) => faultsOfEnd(world, end, { protectedOne, keepsLast }),
  };
}

const lostItsKey = 'inaccessible-encryption-credentials';
// One that has lost its key for good can neither be modified nor prove anything.
const waitsOnTheDead = ['unwind-failed', 'proof-failed', 'verification-failed', 'target-refused', 'effect-failed'];

/**
 * Credentials renewed, keys usable, foreign claims gone, the fence as it was declared; a database that is stopped is started,
 * a full one gets room, and what waits for a window or a restart comes into force.
 */
function mend(world: World, disk: readonly JournalRecord[]): void {
  const act = (action: Parameters<World['account']['act']>[0]) => world.attempt(() => world.account.act(action));
  mendKeysAndFence(world, disk);
  for (const one of world.state().databases) {
    const database = one.resourceId;
    act({ do: 'untag-database', database, keys: [foreignClaim] });
    if (database === original && tellsOfProtection(disk))
      act({ do: 'modify-database', database, now: true, deletionProtection: false });
    if (one.status === 'stopped' || one.status === 'inaccessible-encryption-credentials-recoverable')
      act({ do: 'start-database', database });
    // What has lost its key for good and holds a name that is needed goes, where the run has told so.
    if (one.status === lostItsKey && JSON.stringify(disk).includes(`--db-instance-identifier ${one.identifier} --skip`))
      act({ do: 'delete-database', database });
    if (one.status === 'storage-full')
      act({ do: 'grow-database', database, storage: one.settings.AllocatedStorage + 50 });
    if (Object.keys(one.pending).length > 0) act({ do: 'modify-database', database, now: true });
    if (one.identifier === 'orders' && one.parameterStatus === 'pending-reboot')
      act({ do: 'reboot-database', database });
  }
}

function faultsOfEnd(
  world: World,
  how: End,
  { protectedOne, keepsLast }: { protectedOne: boolean; keepsLast: boolean },
): string[] {
  const { end, hostile, deeds, told } = how;
  const faults: string[] = [];
  const state = world.state();
  const bills = state.databases.find((one) => one.resourceId === neighbour);
  const clientsOf = (name: string) => state.clients.find((one) => one.identifier === name);
  if (bills?.identifier !== 'bills' || clientsOf('bills')?.lost !== false || bills.securityGroups.join() !== own)
    faults.push('the database beside it was touched');
  // One that has lost its key for good takes no name back, and proves nothing: a person has to see to it.
  const dead = state.databases.some((one) => one.status === lostItsKey);
  if (!dead || !waitsOnTheDead.includes(end)) faults.push(...endsOtherwise(how));
  if (end !== 'done' || hostile) return faults;
  const serving = state.databases.find((one) => one.identifier === 'orders');
  const isTold = (id: string) => told.some((text) => text.includes(id));
  const left = state.databases.filter(({ identifier }) => !['bills', 'orders'].includes(identifier));
  for (const { identifier, resourceId } of left)
    if (!isTold(resourceId)) faults.push(`${identifier} was left behind without a word`);
  if (serving?.resourceId === original) faults.push('the original was left in its place');
  if (serving?.key !== state.keys.find((key) => key.aliases.includes('alias/new'))?.arn)
    faults.push(`it is under ${serving?.key}`);
  if (serving?.securityGroups.join() !== own) faults.push(`it is in ${serving?.securityGroups.join(', ')}`);
  if (clientsOf('orders')?.lost !== false) faults.push(`writes were lost: ${JSON.stringify(clientsOf('orders'))}`);
  const changed = [...deeds].some((name) => /^modify-database|^the protection of/.test(name));
  if (protectedOne && !changed && serving?.settings.DeletionProtection !== true) faults.push('its protection is gone');
  const claims = state.databases.flatMap((one) => Object.keys(one.tags)).filter((key) => key.startsWith('rekey:claim'));
  if (claims.length > 0) faults.push(`claims were left behind: ${claims.join(', ')}`);
  const manual = state.databaseSnapshots.filter((one) => one.type === 'manual').map((one) => one.id);
  if (manual.includes(finalSnapshot) !== keepsLast) faults.push('the final snapshot is not as the plan asks for it');
  // A discard that AWS refused is told; what is left without a word is not.
  const discards = !deeds.has('a plan without discard-copy');
  const silent = manual.filter((id) => discards && id !== finalSnapshot && !isTold(id));
  if (silent.length > 0) faults.push(`snapshots were left behind without a word: ${silent.join(', ')}`);
  return faults;
}
