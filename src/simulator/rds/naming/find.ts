import { required } from '../../ec2/select.ts';
import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Resource, SnapshotBy } from '../model/alike.ts';
import type { ClusterEndpoint } from '../model/cluster.ts';
import { refusals } from '../rules/refusals.ts';
import { clusterEndpointArn } from './arns.ts';
import { folded } from './select.ts';

function unprefixed(name: string, prefix: string): string {
  return folded(name.startsWith(prefix) ? name.slice(prefix.length) : name);
}

/** The instance or cluster that holds the name, or is on its way to it: a name is taken by both. */
export function holderOf<T extends Resource>(world: World, kind: Kind<T>, identifier: string): T | undefined {
  for (const one of kind.all(world).values()) {
    if (one.identifier === identifier || one.renamingTo === identifier) return one;
  }
  return undefined;
}

/** By the name that Describe finds it under now. */
export function visible<T extends Resource>(world: World, kind: Kind<T>, name: string): T | undefined {
  for (const one of kind.all(world).values()) {
    if (one.visibleFrom <= world.time && one.answersTo.includes(name)) return one;
  }
  return undefined;
}

/** The instance or cluster that a call names, by identifier or ARN. Throws the kind's refusal. */
export function named<T extends Resource>(world: World, kind: Kind<T>, name: string | undefined): T {
  const identifier = unprefixed(required(name, kind.parameters.identifier), kind.arn(world, ''));
  const found = visible(world, kind, identifier);
  if (!found) throw kind.refusals.missing(identifier);
  return found;
}

/** The instance or cluster of this identifier or resource id, whether Describe finds it or not. Throws the kind's refusal. */
export function trulyNamed<T extends Resource>(world: World, kind: Kind<T>, name: string): T {
  const all = kind.all(world);
  const found = all.get(name) ?? [...all.values()].find((one) => one.identifier === name);
  if (!found) throw kind.refusals.missing(name);
  return found;
}

/** The snapshot that a call names, by identifier or ARN. Throws the kind's refusal. */
export function snapshotNamed<T extends Resource>(
  world: World,
  kind: Kind<T>,
  name: string | undefined,
  parameter: string = kind.parameters.snapshot,
): SnapshotBy<T> {
  const id = unprefixed(required(name, parameter), kind.snapshotArn(world, ''));
  const found = kind.snapshots(world).get(id);
  if (!found || found.visibleFrom > world.time) throw kind.refusals.noSnapshot(id);
  return found;
}

/** The custom endpoint that a call names. Throws DBClusterEndpointNotFoundFault. */
export function clusterEndpointOf(world: World, name: string | undefined): ClusterEndpoint {
  const id = unprefixed(required(name, 'DBClusterEndpointIdentifier'), clusterEndpointArn(world, ''));
  const found = world.rds.clusterEndpoints.get(id);
  if (!found || found.visibleFrom > world.time) throw refusals.noClusterEndpoint(id);
  return found;
}
