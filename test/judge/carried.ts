import type { Account, Call } from '../../src/simulator/account.ts';
import type { Action } from '../../src/simulator/action.ts';
import { letsIn } from '../../src/simulator/ec2/security-groups.ts';
import { clientAddress } from '../../src/simulator/rds/clients.ts';
import type { Judge } from './deletes.ts';
import type { Kind } from './kinds.ts';
import type { Origin } from './origin.ts';

type State = ReturnType<Account['state']>;
type Thing = State['databases'][number] | State['clusters'][number];
/** What is compared, by the name of AWS's attribute, each as text. */
type Values = ReadonlyMap<string, string>;

const kindOf: Readonly<Record<string, Kind>> = {
  SecurityGroupIds: 'P6.groups',
  DeletionProtection: 'P6.protection',
  ParameterGroup: 'P6.parameter-group',
  OptionGroup: 'P6.parameter-group',
  ClusterParameterGroup: 'P6.parameter-group',
  roles: 'P6.roles',
};
const named = Object.keys(kindOf).filter((name) => name !== 'roles');
/** By which words an announcement speaks of an attribute. */
const words: Readonly<Record<string, RegExp>> = {
  SecurityGroupIds: /security group/i,
  DeletionProtection: /deletion protection/i,
  ParameterGroup: /parameter group/i,
  ClusterParameterGroup: /parameter group/i,
  OptionGroup: /option group/i,
  roles: /\brole/i,
};

/** P6: judges what a moved database or cluster serves with by what its original had when its clients were shut out. */
export class Carried {
  private readonly account: Account;
  private readonly origin: Origin;
  private readonly judge: Judge;
  /** By resource id, members too: as it was right before the run shut its clients out. */
  private readonly atCutOver = new Map<string, Values>();
  /** By resource id: the attributes that others have changed since. */
  private readonly changedByOthers = new Map<string, Set<string>>();
  /** The name that each had when its clients were shut out. */
  private readonly names = new Map<string, string>();
  private before: State | undefined;
  private beforeDeed: State | undefined;

  constructor(account: Account, origin: Origin, judge: Judge) {
    this.account = account;
    this.origin = origin;
    this.judge = judge;
  }

  private get none(): boolean {
    const { databases, clusters } = this.account.world.rds;
    return databases.size + clusters.size === 0;
  }

  arrive(): void {
    if (!this.none) this.before = this.account.state();
  }

  soon(): void {
    if (!this.none) this.beforeDeed = this.account.state();
  }

  meanwhile(action: Action): void {
    if (this.none) return;
    for (const one of thingsOf(this.account.state())) {
      const was = thingsOf(this.beforeDeed).find(({ resourceId }) => resourceId === one.resourceId);
      if (!was) continue;
      const asked = [was.identifier, was.resourceId].includes(targetOf(action)) ? askedOf(action) : [];
      const changed = [...different(valuesOf(was), valuesOf(one)), ...Object.keys(one.pending), ...asked];
      const known = this.changedByOthers.get(one.resourceId) ?? new Set();
      for (const name of changed) known.add(name);
      this.changedByOthers.set(one.resourceId, known);
    }
    this.arrive();
  }

  /** `announced`: what the run has said so far. */
  done(call: Call, run: string, announced: readonly string[]): void {
    if (!this.before || call.service !== 'rds') return;
    const { before } = this;
    const input = call.input as Readonly<Record<string, unknown>>;
    const ofCluster = /Cluster$/.test(call.operation);
    const name = ofCluster ? input['DBClusterIdentifier'] : input['DBInstanceIdentifier'];
    const things: readonly Thing[] = ofCluster ? before.clusters : before.databases;
    const thing = things.find((one) => one.identifier === name);
    if (!thing || this.origin.isOf(run, thing.resourceId)) return;
    const groups = input['VpcSecurityGroupIds'] as readonly string[] | undefined;
    if (/^ModifyDB(Instance|Cluster)$/.test(call.operation) && groups) {
      if (!this.isOpen(thing, thing.securityGroups) || this.isOpen(thing, groups)) return;
      this.note(thing);
      for (const one of before.databases) if (ofCluster && one.cluster === thing.identifier) this.note(one);
    }
    if (/^DeleteDB(Instance|Cluster)$/.test(call.operation)) this.compare(thing, before, run, announced);
  }

  private note(thing: Thing): void {
    this.atCutOver.set(thing.resourceId, valuesOf(thing));
    this.names.set(thing.resourceId, thing.identifier);
    this.changedByOthers.delete(thing.resourceId);
  }

  private compare(original: Thing, before: State, run: string, announced: readonly string[]): void {
    const was = this.atCutOver.get(original.resourceId);
    // A member is made in the cluster that was made of its cluster.
    const cluster =
      'cluster' in original ? before.clusters.find((one) => one.identifier === original.cluster) : undefined;
    const made = this.origin.descendantsOf(cluster?.resourceId ?? original.resourceId, run);
    const replacement = thingsOf(before).find(
      ({ resourceId, identifier }) => made.includes(resourceId) && identifier === this.names.get(original.resourceId),
    );
    if (!was || !replacement) return;
    const is = valuesOf(replacement);
    const touched = this.changedByOthers.get(replacement.resourceId);
    const lost = different(was, is).filter((name) => !touched?.has(name));
    const untold = lost.filter((name) => !announced.some((text) => isSpokenOf(name, text)));
    for (const kind of new Set([...Object.values(kindOf), 'P6.tags' as const])) {
      const ofKind = untold.filter((name) => (kindOf[name] ?? 'P6.tags') === kind);
      this.judge(kind, ofKind.length === 0, () =>
        ofKind
          .map((name) => `${replacement.identifier}: ${name} is ${is.get(name)}, and was ${was.get(name)}`)
          .join('; '),
      );
    }
  }

  private isOpen(thing: Thing, groups: readonly string[]): boolean {
    return letsIn(this.account.world, groups, clientAddress, (thing.settings as { Port?: number }).Port ?? 5432);
  }
}

const thingsOf = (state: State | undefined): Thing[] => [...(state?.databases ?? []), ...(state?.clusters ?? [])];
// A group that stands there twice counts once.
const plain = (value: unknown) => JSON.stringify(Array.isArray(value) ? [...new Set(value)].sort() : value);
const different = (a: Values, b: Values) =>
  [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));

function valuesOf(thing: Thing): Values {
  const settings: Readonly<Record<string, unknown>> = { ...thing.settings };
  // A member has the groups and the protection of its cluster.
  const ofCluster = 'cluster' in thing && thing.cluster !== null ? ['SecurityGroupIds', 'DeletionProtection'] : [];
  const own = named.filter((name) => settings[name] !== undefined && !ofCluster.includes(name));
  return new Map([
    ...own.map((name) => [name, plain(settings[name])] as const),
    ['roles', plain(thing.roles.map(({ arn, feature }) => `${arn} ${feature}`))] as const,
    ...Object.entries(thing.tags)
      .filter(([key]) => !/^(rekey|aws):/.test(key))
      .map(([key, value]) => [`tag ${key}`, value] as const),
  ]);
}

const targetOf = (action: Action) =>
  'database' in action ? action.database : 'cluster' in action ? action.cluster : '';

/** What somebody asks to have changed, which may take a while to show. */
function askedOf(action: Action): string[] {
  const asked = [
    'deletionProtection' in action && action.deletionProtection !== undefined ? ['DeletionProtection'] : [],
    'securityGroups' in action && action.securityGroups !== undefined ? ['SecurityGroupIds'] : [],
    'parameterGroup' in action && action.parameterGroup !== undefined
      ? ['ParameterGroup', 'ClusterParameterGroup']
      : [],
  ];
  return asked.flat();
}

function isSpokenOf(name: string, announcement: string): boolean {
  const word = words[name];
  if (word) return word.test(announcement);
  return /\btags?\b/i.test(announcement) && announcement.includes(name.replace(/^tag /, ''));
}
