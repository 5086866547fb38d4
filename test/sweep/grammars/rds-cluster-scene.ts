import type { JournalRecord } from '../../../src/contract/record.ts';
import { clusterFence, originalCluster, originalMembers } from '../../support/rds-cluster.ts';
import type { World } from '../../support/world.ts';
import type { Choices } from '../choices.ts';
import type { End, Scene } from '../grammar.ts';
import { type Act, endsOtherwise, foreignClaim, mendKeysAndFence, own, tellsOfProtection } from './rds-shared.ts';

const neighbour = 'cluster-BBBBBBBBBBBBBBBBBBBBBBBBB2';
const finalSnapshot = 'shop-final';

/** What of the account its end is judged by. */
interface Given {
  readonly protectedOne: boolean;
  readonly keepsLast: boolean;
  readonly members: readonly string[];
  readonly endpoints: readonly string[];
}

/** An account with an Aurora cluster of one to three members whose clients write through its name, and with another cluster. */
export function sceneOf(choices: Choices): Scene {
  const given = (probability: number, line: string) => (choices.chance(probability) ? `\n    ${line}` : '');
  const postgres = choices.chance(0.7);
  const protectedOne = choices.chance(0.6);
  const keepsLast = choices.chance(0.25);
  const retains = choices.chance(0.3);
  const parameters = choices.chance(0.5) ? ', parameterGroup: shop-member-16' : '';
  const watched = choices.chance(0.3) ? ', performanceInsights: { key: alias/old, retentionDays: 31 }' : '';
  const members = ['shop-1', 'shop-2', 'shop-3'].slice(0, choices.one([1, 2, 2, 2, 3]));
  const tiers = choices.one([
    [1, 2, 3],
    [1, 1, 1],
    [15, 0, 2],
  ]);
  const endpoints = ['shop-reports', 'shop-any'].slice(0, choices.below(3));
  const led = members.at(-1);
  const scenario = `
keys: [{ alias: alias/old }, { alias: alias/new }]
limits: { throttling: ${choices.chance(0.2)} }
visibilityDelayMs: ${choices.one([0, 0, 2_000, 20_000, 90_000])}
securityGroups:
  - { id: ${own}, inbound: [10.0.0.0/8:5432], outbound: [] }
  - { id: ${clusterFence}, inbound: [10.9.0.7/32:5432], outbound: [] }
clusters:
  - id: shop
    resourceId: ${originalCluster}
    engine: ${postgres ? 'aurora-postgresql' : 'aurora-mysql'}
    engineVersion: "${postgres ? '16.4' : '8.0.mysql_aurora.3.08.0'}"
    key: alias/old
    securityGroups: [${own}]
    storage: ${choices.one([20, 20, 80, 300])}
    subnetGroup: private
    port: 5432
    deletionProtection: ${protectedOne}
    copyTagsToSnapshot: ${choices.chance(0.5)}
    backupRetention: ${choices.one([1, 7, 9])}
    backupWindow: "${choices.one(['20:00-20:30', '00:20-00:50', '00:40-01:10'])}"
    maintenanceWindow: "${choices.one(['mon:03:00-mon:03:30', 'sun:01:15-sun:01:45'])}"${given(0.5, 'parameterGroup: shop-16')}${given(0.3, 'storageType: aurora-iopt1')}${given(0.3, 'iamAuth: true')}${given(0.3, `logExports: [${postgres ? 'postgresql' : 'audit'}]`)}${given(0.4, 'roles: [{ role: "arn:aws:iam::111122223333:role/import", feature: s3Import }, { role: "arn:aws:iam::111122223333:role/export", feature: s3Export }]')}
    tags: { team: shop, Name: shop }
    members:${members.map((id, at) => `\n      - { id: ${id}, resourceId: ${originalMembers[at]}, class: db.r6g.large, tier: ${tiers[at]}, tags: { number: "${at}" }${at === 0 ? parameters + watched : ''} }`).join('')}
    endpoints: [${endpoints.map((id, at) => (at === 0 ? `{ id: ${id}, type: READER, static: [${led}], tags: { used-by: reports } }` : `{ id: ${id}, type: ANY, excluded: [${led}] }`)).join(', ')}]
    workload: { everySeconds: ${choices.one([3, 7, 31])}, sessions: ${choices.one([1, 2, 4])}, pooled: ${choices.chance(0.6)}, cacheSeconds: ${choices.one([0, 30, 120])} }
  - { id: bills, resourceId: ${neighbour}, key: alias/old, securityGroups: [${own}], data: kept, members: [{ id: bills-1 }], endpoints: [{ id: bills-reports }], workload: { everySeconds: 61 } }
`;
  return {
    scenario,
    sets: [
      `steps.delete.with.finalSnapshot=${keepsLast ? finalSnapshot : 'none'}`,
      `steps.delete.with.automatedBackups=${retains ? 'retain' : 'delete'}`,
    ],
    mend,
    faultsOfEnd: (world, end) => faultsOfEnd(world, end, { protectedOne, keepsLast, members, endpoints }),
  };
}

/**
 * Credentials renewed, keys usable, foreign claims gone, the fence as it was declared; a cluster that is stopped is started,
 * and what waits for a window or a restart comes into force.
 */
function mend(world: World, disk: readonly JournalRecord[]): void {
  const act = (action: Act) => world.attempt(() => world.account.act(action));
  mendKeysAndFence(world, disk);
  for (const { resourceId: cluster, identifier, status, pending } of world.state().clusters) {
    act({ do: 'untag-cluster', cluster, keys: [foreignClaim] });
    if (cluster === originalCluster && tellsOfProtection(disk))
      act({ do: 'modify-cluster', cluster, now: true, deletionProtection: false });
    if (status === 'stopped' || status === 'inaccessible-encryption-credentials-recoverable')
      act({ do: 'start-cluster', cluster });
    if (Object.keys(pending).length > 0) act({ do: 'modify-cluster', cluster, now: true });
    for (const one of world.state().databases.filter((each) => each.cluster === identifier)) {
      const database = one.resourceId;
      if (Object.keys(one.pending).length > 0) act({ do: 'modify-database', database, now: true });
      const ofCluster = world.account.world.rds.databases.get(database)?.member?.parameterStatus;
      const waits = [one.parameterStatus, ofCluster].includes('pending-reboot');
      if (identifier === 'shop' && waits) act({ do: 'reboot-database', database });
    }
  }
}

function faultsOfEnd(world: World, how: End, { protectedOne, keepsLast, members, endpoints }: Given): string[] {
  const { end, hostile, deeds, told } = how;
  const faults: string[] = [];
  const state = world.state();
  const bills = state.clusters.find((one) => one.resourceId === neighbour);
  const clientsOf = (name: string) => state.clients.find((one) => one.identifier === name);
  const asWas = bills?.identifier === 'bills' && bills.securityGroups.join() === own;
  if (
    !asWas ||
    clientsOf('bills')?.lost !== false ||
    bills.members.join() !== 'bills-1' ||
    bills.endpoints.length !== 1
  )
    faults.push('the cluster beside it was touched');
  // What has lost its key holds the name until a person deletes it with its members, as he is told; nobody here does.
  const keyTaken = ['disable-key', 'put-key-policy', 'schedule-key-deletion'].some((name) => deeds.has(name));
  if (!(end === 'unwind-failed' && keyTaken)) faults.push(...endsOtherwise(how));
  if (end !== 'done' || hostile) return faults;
  const serving = state.clusters.find((one) => one.identifier === 'shop');
  const isTold = (id: string) => told.some((text) => text.includes(id));
  const left = [
    ...state.clusters.filter(({ identifier }) => !['bills', 'shop'].includes(identifier)),
    ...state.databases.filter(({ identifier }) => ![...members, 'bills-1'].includes(identifier)),
  ];
  for (const { identifier, resourceId } of left)
    if (!isTold(resourceId)) faults.push(`${identifier} was left behind without a word`);
  if (serving?.resourceId === originalCluster) faults.push('the original was left in its place');
  if (serving?.key !== state.keys.find((key) => key.aliases.includes('alias/new'))?.arn)
    faults.push(`it is under ${serving?.key}`);
  if (serving?.securityGroups.join() !== own) faults.push(`it is in ${serving?.securityGroups.join(', ')}`);
  if (clientsOf('shop')?.lost !== false) faults.push(`writes were lost: ${JSON.stringify(clientsOf('shop'))}`);
  const has = [serving?.members ?? [], serving?.endpoints.map(({ id }) => id) ?? []].map((one) => one.toSorted());
  if (JSON.stringify(has) !== JSON.stringify([[...members], endpoints.toSorted()]))
    faults.push(`it has the members and endpoints ${JSON.stringify(has)}`);
  const changed = [...deeds].some((name) => /^modify-cluster|^the protection of/.test(name));
  if (protectedOne && !changed && serving?.settings.DeletionProtection !== true) faults.push('its protection is gone');
  const tags = [...state.clusters, ...state.databases].flatMap((one) => Object.keys(one.tags));
  const claims = tags.filter((key) => key.startsWith('rekey:claim'));
  if (claims.length > 0) faults.push(`claims were left behind: ${claims.join(', ')}`);
  const manual = state.clusterSnapshots.filter((one) => one.type === 'manual').map((one) => one.id);
  if (manual.includes(finalSnapshot) !== keepsLast) faults.push('the final snapshot is not as the plan asks for it');
  // A discard that AWS refused is told; what is left without a word is not.
  const silent = manual.filter((id) => id !== finalSnapshot && !isTold(id));
  if (silent.length > 0) faults.push(`snapshots were left behind without a word: ${silent.join(', ')}`);
  return faults;
}
