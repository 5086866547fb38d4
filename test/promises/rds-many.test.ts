import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, fence } from '../support/rds.ts';
import { isRead } from '../support/reads.ts';
import { inWorld, type World } from '../support/world.ts';
import { full } from '../sweep/sampled.ts';

// With so many the slots of copies are too few. Looks at hundreds of things take real time: AWS's own number of slots is for CI.
const { counts, slots } = full ? { counts: [1, 10, 50], slots: 20 } : { counts: [1, 3, 8], slots: 6 };
const own = 'sg-0aaaaaaaaaaaaaaa1';
const names = (count: number) => Array.from({ length: count }, (_, at) => `shop-${at + 1}`);

/** So many databases, all under the old key. */
const databases = (count: number) => `
keys: [{ alias: alias/old }, { alias: alias/new }]
limits: { databases: 200, databaseSnapshots: 400, databaseSnapshotCopies: ${slots} }
securityGroups:
  - { id: ${own}, inbound: [10.0.0.0/8:5432], outbound: [] }
  - { id: ${fence}, inbound: [10.9.0.7/32:5432], outbound: [] }
databases:
${names(count)
  .map((id) => `  - { id: ${id}, storage: 100, key: alias/old, securityGroups: [${own}], backupWindow: "20:00-20:30" }`)
  .join('\n')}
`;

/** One run of as many plans as there are databases, to its end. */
function lived(count: number) {
  return inWorld(databases(count), async (world) => {
    const copies = new Copies(world);
    const plans = names(count).map((id) => databasePlan(`name=${id}`, `target.id=${id}`));
    const life = await world.process([], { plans, copySlots: slots });
    expect(exitOf(life), told(life)).toBe(0);
    const reads = [...life.calls].reduce((sum, [call, calls]) => sum + (isRead(call) ? calls : 0), 0);
    return { reads: reads / count, copies };
  });
}

/** What is copied when, and what waits for it. */
class Copies {
  most = 0;
  refused = 0;
  /** Slot-seconds that were used, and that could have been. */
  used = 0;
  usable = 0;

  constructor(world: World) {
    const { snapshots } = world.account.world.rds;
    let since: { at: number; copying: number; waiting: number } | undefined;
    world.watch(({ at, operation, outcome }) => {
      if (operation === 'CopyDBSnapshot' && outcome !== 'done') this.refused++;
      if (since) {
        this.used += (at - since.at) * since.copying;
        this.usable += (at - since.at) * Math.min(slots, since.copying + since.waiting);
      }
      const all = [...snapshots.values()].filter((one) => one.type === 'manual');
      const copied = new Set(all.map((one) => one.copyOf));
      const copying = all.filter((one) => one.status === 'copying').length;
      const ready = all.filter((one) => one.status === 'available' && one.copyOf === undefined);
      this.most = Math.max(this.most, copying);
      since = { at, copying, waiting: ready.filter((one) => !copied.has(one.id)).length };
    });
  }
}

describe('a run on many databases', () => {
  const [alone = 1, few = 1, many = 1] = counts;

  it(`asks AWS no more of each of ${few} or ${many} of them than of one alone, and keeps the slots of copies full without ever asking for one more`, async () => {
    const one = await lived(alone);
    for (const count of [few, many]) {
      const { reads, copies } = await lived(count);
      expect(reads, `reading calls for each of ${count}`).toBeLessThanOrEqual(one.reads);
      expect(copies.refused).toBe(0);
      expect(copies.most).toBe(Math.min(count, slots));
      // A copy is noticed to be over a little later than it is.
      expect(copies.used / copies.usable).toBeGreaterThan(0.9);
    }
  }, 180_000);
});
