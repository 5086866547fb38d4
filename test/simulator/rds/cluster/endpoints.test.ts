import { describe, expect, test } from 'vitest';
import { codeOf } from '../../support.ts';
import { clusterClients, shop } from './support.ts';

const endpoint = { DBClusterIdentifier: 'shop', DBClusterEndpointIdentifier: 'Etl', EndpointType: 'ANY' };
const three = [{ id: 'shop-1' }, { id: 'shop-2' }, { id: 'shop-3' }];

describe('endpoints of simulated clusters', () => {
  test('the reader endpoint leads to each reader in turn, and to the writer when there is none', async () => {
    const set = clusterClients(shop({ members: three }));
    const { ReaderEndpoint: host = '' } = (await set.describeCluster('shop')) ?? {};
    const behind = () => set.account.state().endpoints[host];
    const seen = new Set<string | null | undefined>();
    for (let i = 0; i < 10; i++) {
      seen.add(behind());
      set.pass(1000);
    }
    expect(seen).toEqual(new Set(['shop-2', 'shop-3'].map((name) => set.truth(name).resourceId)));
    for (const name of ['shop-2', 'shop-3']) await set.rds.deleteDBInstance({ DBInstanceIdentifier: name });
    set.pass(600_000);
    expect(behind()).toBe(set.truth('shop-1').resourceId);
  });

  test('a custom endpoint is creating without a name, then leads to its members or to all but the excluded', async () => {
    const set = clusterClients(shop({ members: three, endpoints: [] }));
    const made = await set.rds.createDBClusterEndpoint({ ...endpoint, ExcludedMembers: ['shop-1', 'shop-2'] });
    expect(made).toMatchObject({ Status: 'creating', DBClusterEndpointIdentifier: 'etl' });
    const host = made.Endpoint ?? '';
    await expect(set.ask(host)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    set.pass(120_000);
    expect(set.account.state().endpoints[host]).toBe(set.truth('shop-3').resourceId);
    await set.rds.modifyDBClusterEndpoint({ DBClusterEndpointIdentifier: 'etl', StaticMembers: ['shop-2'] });
    set.pass(60_000);
    expect(set.account.state().endpoints[host]).toBe(set.truth('shop-2').resourceId);
    await set.rds.deleteDBClusterEndpoint({ DBClusterEndpointIdentifier: 'etl' });
    await expect(set.ask(host)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(await codeOf(set.rds.createDBClusterEndpoint(endpoint))).toBe('DBClusterEndpointAlreadyExistsFault');
    set.pass(120_000);
    await set.rds.createDBClusterEndpoint(endpoint);
  });

  test('one for readers does not lead to the writer', async () => {
    const set = clusterClients(shop({ endpoints: [{ id: 'reports', type: 'READER', static: ['shop-1'] }] }));
    const host = (await set.describeCluster('shop'))?.CustomEndpoints?.[0] ?? '';
    await expect(set.ask(host)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    set.account.act({ do: 'fail-over-cluster', cluster: 'shop' });
    await set.settledCluster('shop');
    set.pass(30_000);
    expect(await set.ask(host)).toHaveLength(1);
  });

  test('its name is taken in all clusters, and goes with the cluster', async () => {
    const other = { id: 'other', members: [{ id: 'other-1' }] };
    const set = clusterClients({
      ...shop(),
      clusters: [...(shop({ members: [], endpoints: [] }).clusters ?? []), other],
    });
    await set.rds.createDBClusterEndpoint(endpoint);
    const again = { ...endpoint, DBClusterIdentifier: 'other' };
    expect(await codeOf(set.rds.createDBClusterEndpoint(again))).toBe('DBClusterEndpointAlreadyExistsFault');
    await set.rds.deleteDBCluster({ DBClusterIdentifier: 'shop', SkipFinalSnapshot: true });
    set.pass(600_000);
    await set.rds.createDBClusterEndpoint(again);
  });

  test.each([
    [{ EndpointType: 'WRITER' }, 'InvalidParameterValue'],
    [{ StaticMembers: ['nobody'] }, 'DBInstanceNotFoundFault'],
    [{ StaticMembers: ['shop-1'], ExcludedMembers: ['shop-2'] }, 'InvalidParameterCombination'],
    [{ DBClusterIdentifier: 'nobody' }, 'DBClusterNotFoundFault'],
  ])('%o is refused with %s', async (changes, code) => {
    const { rds } = clusterClients();
    expect(await codeOf(rds.createDBClusterEndpoint({ ...endpoint, ...changes }))).toBe(code);
  });

  test('a cluster has five at most', async () => {
    const { rds } = clusterClients(shop({ endpoints: [1, 2, 3, 4, 5].map((i) => ({ id: `e-${i}` })) }));
    expect(await codeOf(rds.createDBClusterEndpoint(endpoint))).toBe('DBClusterEndpointQuotaExceededFault');
  });
});
