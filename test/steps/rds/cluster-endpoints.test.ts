import type { DBInstance } from '@aws-sdk/client-rds';
import FakeTimers from '@sinonjs/fake-timers';
import { describe, expect, it } from 'vitest';
import type { AwsServices } from '../../../src/aws/services.ts';
import { clockOf } from '../../../src/contract/clock.ts';
import { createClusterEndpoint } from '../../../src/steps/rds/names/cluster-endpoints.ts';
import { contextOf } from '../simulated.ts';

const cluster = 'cluster-AAAAAAAAAAAAAAAAAAAAAAAAA1';
const minute = 60_000;

/** The look of a custom endpoint that names shop-2, of a cluster whose looks show that member from so many ms on; and how long it took. */
async function look(shownAfterMs: number) {
  const time = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  try {
    const begun = Date.now();
    const described = { DbClusterResourceId: cluster, DBClusterIdentifier: 'shop', DBClusterMembers: [] };
    const members = (): DBInstance[] =>
      Date.now() >= begun + shownAfterMs
        ? [{ DBInstanceIdentifier: 'shop-2', DBClusterIdentifier: 'shop', DBInstanceStatus: 'available' }]
        : [];
    const sight = {
      cluster: async () => described,
      lastSeenClusters: () => [described],
      clusterEndpoints: async () => [],
      databases: async () => members(),
      lastSeen: members,
    };
    const ctx = contextOf({ aws: { sight } as unknown as AwsServices, clock: clockOf() });
    let over = false;
    const endpoint = { id: 'shop-reports', type: 'READER' as const, members: ['shop-2'], excluded: [], tags: [] };
    const end = createClusterEndpoint.look(ctx, { cluster, endpoint }, undefined).finally(() => {
      over = true;
    });
    for (let n = 0; n < 500 && !over; n++) await time.tickAsync(15_000);
    return { seen: await end, tookMs: Date.now() - begun };
  } finally {
    time.uninstall();
  }
}

describe('a member that a custom endpoint names, and that no look shows', () => {
  it('is waited for as long as a look of the past may hide it', async () => {
    expect((await look(5 * minute)).seen).toEqual({ is: 'absent' });
  });

  it('is gone after that: an endpoint that led to it alone can not be made, and that is told with the way out', async () => {
    const { seen, tookMs } = await look(24 * 60 * minute);
    expect(seen).toMatchObject({
      is: 'failed',
      reason: expect.stringMatching(/led to shop-2 alone.*make it for other/),
    });
    expect(tookMs).toBeLessThan(20 * minute);
  });

  it('that is there is waited for by nobody', async () => {
    const { seen, tookMs } = await look(0);
    expect(seen).toEqual({ is: 'absent' });
    expect(tookMs).toBeLessThan(minute);
  });
});
