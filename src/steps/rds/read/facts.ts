import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { printable } from '../../../aws/printable.ts';
import type { AwsContext } from '../../../aws/services.ts';
import { carried } from '../../../aws/tags.ts';
import type { Surroundings, Tag } from '../../domain.ts';
import { together } from '../../ebs/volume-facts.ts';
import type { ClusterEndpoint } from '../domain.ts';
import type { Kind, Original } from '../kinds/kind.ts';
import { isScaled } from '../scaled.ts';
import { type Described, groupsOf, hasDataApi, idIn, nameIn, rolesIn } from '../status.ts';

/** What a run relies on of an original beside how it is set, as Describe shows it, with its members. */
function factsOf(
  found: Described,
  parts: readonly DBInstance[],
  fence: string,
  named: (one: Described) => string = nameIn,
  known: Original['roles'] = rolesIn(found),
): Surroundings {
  const all = [...new Set([found, ...parts])].map((one) => factsOfOne(one, fence, named(one)));
  return together([...all, rolesOf(found, named(found), known), scaledOf(found, parts, named)]);
}

/**
 * The same right when it is read, with the tags of its custom endpoints (`result`): those of the replacement are made with them, and no
 * look shows them, so that only another read compares them.
 */
export function factsRead(found: Described, parts: readonly DBInstance[], fence: string, result: object): Surroundings {
  const { endpoints = [] } = result as { readonly endpoints?: readonly ClusterEndpoint[] };
  const tags = endpoints.map((one) => [`the tags of the custom endpoint ${one.id}`, listed(one.tags.map(tagged))]);
  return together([factsOf(found, parts, fence), { decides: {}, told: Object.fromEntries(tags) }]);
}

/**
 * The same as looks show it now, as long as the original has the name that clients connect to: what this run does to it later is no
 * change of what it relies on.
 */
export async function factsNow(ctx: AwsContext, kind: Kind, read: Original): Promise<Surroundings> {
  const whole = await kind.whole(ctx, read.id);
  if (!whole || nameIn(whole.found) !== read.name) return { decides: {}, told: {} };
  const members = kind.members(read);
  // Its members get other names before it does.
  const named = (one: Described) => members.find(({ id }) => id === idIn(one))?.name ?? nameIn(one);
  return factsOf(whole.found, whole.parts, read.fence, named, read.roles);
}

function factsOfOne(one: Described, fence: string, name: string): Surroundings {
  const of = (what: string) => `${what} of ${name}`;
  const groups = groupsOf(one);
  return {
    decides: {
      // Behind the fence it has none of its own.
      ...(groups.includes(fence) ? {} : { [of('the security groups')]: listed(groups) }),
      [of('deletion protection')]: one.DeletionProtection ? 'on' : 'off',
      [of('the master password')]: one.MasterUserSecret
        ? `managed in ${one.MasterUserSecret.SecretArn}`
        : 'not managed by RDS',
      [of('the replicas')]: listed(replicasOf(one)),
      ...bondsOf(one as DBCluster, of),
    },
    told: { [of('the tags')]: listed(carried(one.TagList).map(tagged)) },
  };
}

/** Those that were known when it was read; any that came since is carried over with them. Members have none of their own. */
function rolesOf(found: Described, name: string, known: Original['roles']): Surroundings {
  const is = (id: string) => known.some((one) => one.id === id);
  const ids = rolesIn(found).map(({ id }) => id);
  return {
    decides: { [`the IAM roles of ${name}`]: listed(ids.filter(is)) },
    told: { [`the further IAM roles of ${name}`]: listed(ids.filter((id) => !is(id))) },
  };
}

/** Readers that Application Auto Scaling has made: it takes them away again when it wants, and that costs nothing. */
function scaledOf(found: Described, parts: readonly DBInstance[], named: (one: Described) => string): Surroundings {
  if ((found as DBCluster).DbClusterResourceId === undefined) return { decides: {}, told: {} };
  const scaled = parts.filter(({ TagList }) => isScaled(TagList)).map(named);
  return { decides: {}, told: { [`the readers of Application Auto Scaling of ${named(found)}`]: listed(scaled) } };
}

/** What only a cluster has, and lets clients in past the fence, or ties it to what would stay with the original. */
function bondsOf(one: DBCluster, of: (what: string) => string) {
  if (one.DbClusterResourceId === undefined) return {};
  return {
    [of('the Data API')]: hasDataApi(one) ? 'on' : 'off',
    [of('the activity stream')]: one.ActivityStreamStatus ?? 'stopped',
    [of('the global cluster')]: one.GlobalClusterIdentifier ?? 'none',
  };
}

const tagged = ({ key, value }: Tag) => `${key}=${value}`;

function replicasOf(one: Described): readonly string[] {
  const instance = one as DBInstance;
  return [
    ...(instance.ReadReplicaDBInstanceIdentifiers ?? []),
    ...(instance.ReadReplicaDBClusterIdentifiers ?? []),
    ...((one as DBCluster).ReadReplicaIdentifiers ?? []),
  ];
}

const listed = (values: readonly string[]) =>
  [...values]
    .sort()
    .map((value) => printable(value, 300))
    .join(', ') || 'none';
