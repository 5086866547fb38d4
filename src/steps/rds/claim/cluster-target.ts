import type { DBCluster, DBClusterEndpoint, DBInstance } from '@aws-sdk/client-rds';
import { defineTarget } from '../../../aws/services.ts';
import { claimants } from '../../../aws/tags.ts';
import type { Json } from '../../../contract/json.ts';
import type { Observation } from '../../../contract/step.ts';
import { faultsOfOldKey } from '../../kms/key-use.ts';
import { clusterCarriedBy, clusterSettings } from '../carry/cluster.ts';
import { memberCarriedBy, memberSettings } from '../carry/member.ts';
import { Cluster, ClusterName } from '../cluster-domain.ts';
import { surelyFoundCluster } from '../cluster-found.ts';
import { exposedBy, lifeOf } from '../fence/open.ts';
import { isReplacement } from '../found.ts';
import { customEndpointsOf, leadsTo, shownAs } from '../names/endpoints.ts';
import { type Described, idIn, isGoing, isStopped, nameIn, parametersPend, pendingOf } from '../status.ts';
import { listed } from './database-target.ts';

/**
 * A DB cluster, by the name that clients connect to. It serves as long as anybody but the runner may get in, to the original
 * or to what this run made of it; when nobody may, what counts is who holds the name. Which member writes is AWS's to
 * decide, and changes with each failover: it is not looked at.
 */
export const clusterTarget = defineTarget({
  type: 'rds-cluster',
  id: ClusterName,
  claim: 'rds.claim-cluster',
  release: 'rds.release-cluster-claim',
  unreadable: faultsOfOldKey,
  halt: (_target, reads) => {
    const read = readOf(reads);
    return read ? [{ uses: 'rds.fence-cluster-replacement', with: { original: read.id, fence: read.fence } }] : [];
  },
  async observe(ctx, claimed, reads) {
    const { sight } = ctx.aws;
    const read = readOf(reads);
    const target = ctx.target.id;
    const originals = claimed.filter((id) => /^cluster-[A-Z0-9]+$/.test(id));
    const id = originals.at(-1) ?? (await sight.clusterNamed(target))?.DbClusterResourceId;
    const original = id === undefined ? undefined : await surelyFoundCluster(ctx, id);
    const [all, instances, endpoints] = await Promise.all([
      sight.clusters(),
      sight.databases(),
      sight.clusterEndpoints(),
    ]);
    const holder = all.find((one) => one.DBClusterIdentifier === target && !isGoing(one));
    const made = all.filter((one) => id !== undefined && isReplacement(one, ctx.run, id) && !isGoing(one));
    const concerned = new Map([original, holder, ...made].flatMap((one) => (one ? [[idIn(one), one]] : [])));
    const clusters = [...concerned.values()];
    const claims = clusters.flatMap((one) => claimants(one.TagList).map((run) => ({ run, on: nameIn(one) })));
    const life = await lifeOf(ctx, clusters, holder, read);
    const missing = [...(original ? [] : originals), ...(original || holder || made.length > 0 ? [] : [target])];
    const shape = {
      cluster: target,
      holder: holder?.DbClusterResourceId ?? null,
      original: original?.DbClusterResourceId ?? null,
      ...(original && asSet(original, membersOfOriginal(original, instances, read), endpoints)),
    };
    return { observation: { shape, life }, claims, missing, exposed: exposedBy(life, original, read) };
  },
  serving: ({ shape, life }) => {
    const open = listed(life['open']);
    const holder = shape['holder'];
    return { running: open.length > 0, on: open.length > 0 ? open : typeof holder === 'string' ? [holder] : [] };
  },
});

function readOf(reads: readonly unknown[]): Cluster | undefined {
  for (const read of reads) {
    const parsed = Cluster.safeParse((read as { cluster?: unknown } | null)?.cluster);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

/** Those that were read, by id, and what says that it is a member: for a moment of a rename none does. */
function membersOfOriginal(original: DBCluster, all: readonly DBInstance[], read: Cluster | undefined): DBInstance[] {
  const known = new Set(read?.members.map(({ id }) => id));
  return all.filter(
    (one) => !isGoing(one) && (known.has(idIn(one)) || (one.DBClusterIdentifier === nameIn(original) && !isOurs(one))),
  );
}

// What replaces a member may still be shown with the name that its cluster had, or already with the one it gets.
const isOurs = ({ TagList }: DBInstance) => (TagList ?? []).some(({ Key }) => Key === 'rekey:run');

/** How the original is set. A change of it would be missing on the replacement, or come into force with one of our own calls. */
function asSet(
  original: DBCluster,
  members: readonly DBInstance[],
  endpoints: readonly DBClusterEndpoint[],
): Record<string, Json> {
  const settings = clusterSettings(original);
  const names = [...clusterCarriedBy('restore'), ...clusterCarriedBy('modify')];
  const custom = customEndpointsOf(original, endpoints);
  return {
    ...Object.fromEntries(names.map((name) => [name, json(settings[name])])),
    stopped: isStopped(original),
    pending: pendingBut(original, 'DBClusterIdentifier'),
    members: members.map(idIn).sort(),
    ...Object.assign({}, ...members.map(memberAsSet)),
    endpoints: Object.fromEntries(custom.map((one) => [one.DBClusterEndpointIdentifier ?? '', leadsTo(shownAs(one))])),
  };
}

/** By its id and the attribute, so that a difference names both. */
function memberAsSet(member: DBInstance): Record<string, Json> {
  const settings = memberSettings(member);
  const set = {
    ...Object.fromEntries(memberCarriedBy('create').map((name) => [name, json(settings[name])])),
    stopped: isStopped(member),
    pending: pendingBut(member, 'DBInstanceIdentifier'),
    parametersPend: parametersPend(member),
  };
  return Object.fromEntries(Object.entries(set).map(([name, value]) => [`${idIn(member)} ${name}`, value]));
}

/** Changes that wait, but for that of a name: several are under way at once, and each rename looks for itself whose it is. */
function pendingBut(one: Described, name: string): Json {
  const { [name]: _renaming, ...pending } = pendingOf(one);
  return json(pending);
}

/** The observation after one of its clusters has got another name. Names of members are not looked at. */
export function renamedCluster(observation: Observation, cluster: string, from: string, to: string): Observation {
  const { shape } = observation;
  const left = shape['cluster'] === from && shape['holder'] === cluster ? null : (shape['holder'] ?? null);
  return { ...observation, shape: { ...shape, holder: shape['cluster'] === to ? cluster : left } };
}

const json = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;
