import { describe, expect, it } from 'vitest';
import { asSet } from '../../../src/steps/rds/claim/as-set.ts';
import { clusters } from '../../../src/steps/rds/kinds/cluster.ts';
import { instances } from '../../../src/steps/rds/kinds/instance.ts';

const of = (status: string) => {
  const member = {
    DBInstanceIdentifier: 'orders',
    DbiResourceId: 'db-1',
    DBClusterIdentifier: 'orders',
    DBInstanceStatus: status,
  };
  const cluster = { DBClusterIdentifier: 'orders', DbClusterResourceId: 'cluster-1', Status: status };
  const seen = { all: [], instances: [member], endpoints: [] };
  return [
    asSet(instances, { ...member, DBClusterIdentifier: undefined }, seen, undefined, 'a-run'),
    asSet(clusters, cluster, seen, undefined, 'a-run'),
  ];
};

describe('how an original of RDS is set', () => {
  it('is the same while it starts as when it is up: that is over by itself, and nobody has changed it', () => {
    expect(of('starting')).toEqual(of('available'));
  });

  it.each(['stopping', 'stopped'])('is not the same when it is %s, for a member as for the whole', (status) => {
    for (const [at, set] of of(status).entries()) expect(set).not.toEqual(of('available')[at]);
    const [, cluster] = of(status);
    expect(cluster).toMatchObject({ stopped: true, 'db-1 stopped': true });
  });
});
