import { printable } from '../../../aws/printable.ts';
import type { TrailCall } from '../../../aws/trail.ts';
import type { FinalDatabaseVerdict } from '../domain.ts';

/** An original behind its fence, and what it takes to know it by in CloudTrail. */
export interface Fenced extends Pick<FinalDatabaseVerdict, 'original' | 'name' | 'fence' | 'letThrough'> {
  /** The name that it has now. */
  readonly oldName: string;
  /** This run: by the name alone, its own calls are about the replacement. */
  readonly run: string;
  readonly resource: 'DBInstance' | 'DBCluster';
}

/** How a call has let clients in to an original, in a sentence; undefined for one that has not. `renamed`: when it gave up its name. */
export function openedBy(call: TrailCall, of: Fenced, renamed: number | undefined): string | undefined {
  if (call.error !== undefined && !isInDoubt(call.error)) return undefined;
  const how = /^ec2:/.test(call.call) ? throughFence(call, of) : pastFence(call, of, renamed);
  if (how === undefined) return undefined;
  const by = call.run === undefined ? call.who : `${call.who}, by run ${call.run} of rekey,`;
  return `${by} ${how} at ${new Date(call.at).toISOString()} (${call.call})`;
}

/** When an original gave up its name, in ms, by a call that CloudTrail shows: this run has it made, so that one which is not shown is a gap. */
export function renamedAt(calls: readonly TrailCall[], of: Fenced): number | undefined {
  const { identifier, newIdentifier } = wordsOf(of.resource);
  const isRename = ({ request, error }: TrailCall) =>
    error === undefined && request[identifier] === of.name && typeof request[newIdentifier] === 'string';
  return calls.find((one) => isRename(one) && [of.original, undefined].includes(idIn(one, of)))?.at;
}

// AWS may have done it all the same.
const isInDoubt = (code: string) => /Internal|Unavailable|Failure|Timeout/i.test(code);

/** By its rules: those that let through what the plan declares are no opening, nor is what takes such a rule away. */
function throughFence({ call, request }: TrailCall, { fence, letThrough }: Fenced): string | undefined {
  const rules = /^ec2:(?:Authorize|Revoke|Modify)SecurityGroup(?:Ingress|Egress|Rules)$/.exec(call);
  if (!rules || !mentions(request, fence)) return undefined;
  const declared = [...letThrough.inbound, ...(call.endsWith('Ingress') ? [] : letThrough.outbound)];
  const peers = peersIn(request, fence);
  const others = peers.filter((peer) => !declared.includes(peer));
  if (peers.length > 0 && others.length === 0) return undefined;
  const what = others.length > 0 ? printable(others.join(', '), 200) : 'rules that are not named';
  if (call.includes('Revoke')) return `closed the fence ${fence} again, which had been opened to ${what}`;
  return `opened the fence ${fence} to ${what}`;
}

/** By other security groups, or by the Data API. */
function pastFence(call: TrailCall, of: Fenced, renamed: number | undefined): string | undefined {
  const { request } = call;
  const { identifier } = wordsOf(of.resource);
  if (call.call === 'rds:EnableHttpEndpoint') {
    const name = typeof request['resourceArn'] === 'string' ? request['resourceArn'].split(':').at(-1) : undefined;
    const about = name === undefined || namesAt(call.at, of, renamed).includes(name);
    return about ? `switched on the Data API of ${printable(name ?? of.name, 100)}` : undefined;
  }
  if (call.call !== `rds:Modify${of.resource}`) return undefined;
  const id = idIn(call, of);
  if (id !== undefined && id !== of.original) return undefined;
  const name = request[identifier];
  const named = typeof name !== 'string' || namesAt(call.at, of, renamed).includes(name);
  if (id === undefined && (!named || call.run === of.run)) return undefined;
  const about = printable(typeof name === 'string' ? name : of.original, 100);
  if (request['enableHttpEndpoint'] === true) return `switched on the Data API of ${about}`;
  const groups = [request['vpcSecurityGroupIds'], request['dBSecurityGroups']].filter((one) => one != null);
  const fenced = groups.every((one) => Array.isArray(one) && one.every((group) => group === of.fence));
  return fenced ? undefined : `gave ${about} the security groups ${printable(JSON.stringify(groups.flat()), 200)}`;
}

/** The names that an original had at a time: until it was renamed the one that clients know, which its replacement has now. */
function namesAt(at: number, { name, oldName }: Fenced, renamed: number | undefined): readonly string[] {
  if (renamed === undefined) return [name, oldName];
  return at <= renamed ? [name] : [oldName];
}

/** CloudTrail's words for the names and the id of a database. */
function wordsOf(resource: Fenced['resource']) {
  return resource === 'DBInstance'
    ? { identifier: 'dBInstanceIdentifier', newIdentifier: 'newDBInstanceIdentifier', id: 'dbiResourceId' }
    : { identifier: 'dBClusterIdentifier', newIdentifier: 'newDBClusterIdentifier', id: 'dbClusterResourceId' };
}

function idIn({ answer }: TrailCall, { resource }: Fenced): string | undefined {
  const id = answer[wordsOf(resource).id];
  return typeof id === 'string' ? id : undefined;
}

// As the calls of groups and rules word it, in lower camel case or not.
const peerNames = /^(?:cidrIp|cidrIpv6|cidrIpv4|prefixListId|groupId|referencedGroupId|sourceSecurityGroupName)$/i;

/** Whom rules name, wherever in a request; the group that they are of names itself. */
function peersIn(value: unknown, group: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    if (typeof one !== 'string') return peersIn(one, group);
    return peerNames.test(name) && one !== group ? [one] : [];
  });
}

function mentions(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return value === text;
  return Object.values(value).some((one) => mentions(one, text));
}
