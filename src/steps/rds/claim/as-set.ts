import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import { marker, tagValue } from '../../../aws/tags.ts';
import type { Json } from '../../../contract/json.ts';
import { memberCarriedBy, memberSettings } from '../carry/member.ts';
import type { Cluster } from '../domain.ts';
import type { AllSeen, Kind, Original } from '../kinds/kind.ts';
import { customEndpointsOf, leadsTo, shownAs } from '../names/endpoints.ts';
import { isScaled } from '../scaled.ts';
import {
  clusterParametersPend,
  type Described,
  idIn,
  isGoing,
  nameIn,
  parametersPend,
  pendingOf,
  statusOf,
} from '../status.ts';

// One that starts is up again in a moment, by itself: seen so and taken for stopped, it would be missed as stopped ever after.
const staysDown = (one: Described) => ['stopping', 'stopped'].includes(statusOf(one));

/** How the original is set. A change of it would be missing on the replacement, or come into force with one of our own calls. */
export function asSet(
  kind: Kind,
  original: Described,
  seen: AllSeen,
  read: Original | undefined,
  run: string,
): Record<string, Json> {
  const settings = kind.settings(original);
  return {
    ...Object.fromEntries(kind.carried.map((name) => [name, json(settings[name])])),
    stopped: staysDown(original),
    pending: pendingBut(original, `${kind.resource}Identifier`, read),
    ...kind.partsAsSet(original, seen, read, run),
  };
}

/** The same of the members and endpoints of a cluster, among all there are. */
export function membersAsSet(
  original: DBCluster,
  seen: AllSeen,
  read: Cluster | undefined,
  run: string,
): Record<string, Json> {
  // Those that are scaled come and go with the load, and hold nothing of their own: one that comes is a new fact of what was read.
  const members = membersOfOriginal(original, seen.instances, read, run).filter((one) => !isScaled(one.TagList));
  const custom = customEndpointsOf(original, seen.endpoints);
  return {
    members: members.map(idIn).sort(),
    ...Object.assign({}, ...members.map((one) => memberAsSet(one, original, read))),
    endpoints: Object.fromEntries(custom.map((one) => [one.DBClusterEndpointIdentifier ?? '', leadsTo(shownAs(one))])),
  };
}

/** By its id and the attribute, so that a difference names both. */
function memberAsSet(member: DBInstance, cluster: DBCluster, read: Cluster | undefined): Record<string, Json> {
  const settings = memberSettings(member);
  const set = {
    ...Object.fromEntries(memberCarriedBy('create').map((name) => [name, json(settings[name])])),
    stopped: staysDown(member),
    pending: pendingBut(
      member,
      'DBInstanceIdentifier',
      read?.members.find(({ id }) => id === idIn(member)),
    ),
    parametersPend: parametersPend(member) || clusterParametersPend(cluster, member),
  };
  return Object.fromEntries(Object.entries(set).map(([name, value]) => [`${idIn(member)} ${name}`, value]));
}

/** Changes that wait, but for a name that this run gives it: several renames are under way at once. */
function pendingBut(one: Described, field: string, names: Pick<Original, 'name' | 'oldName'> | undefined): Json {
  const { [field]: renaming, ...pending } = pendingOf(one);
  const ours = renaming === undefined || renaming === names?.name || renaming === names?.oldName;
  return json(ours ? pending : { ...pending, [field]: renaming });
}

/** Those that were read, by id, and what says that it is a member: for a moment of a rename none does. */
function membersOfOriginal(
  original: DBCluster,
  all: readonly DBInstance[],
  read: Cluster | undefined,
  run: string,
): DBInstance[] {
  const known = new Set(read?.members.map(({ id }) => id));
  return all.filter(
    (one) =>
      !isGoing(one) && (known.has(idIn(one)) || (one.DBClusterIdentifier === nameIn(original) && !isMadeBy(one, run))),
  );
}

// What replaces a member may still be shown with the name that its cluster had, or already with the one it gets. What an earlier
// run has made is a member like any other by now.
const isMadeBy = ({ TagList }: DBInstance, run: string) => tagValue(TagList, marker.run) === run;

const json = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;
