import type { Plan } from '../../src/contract/plan.ts';
import type { Account, Call } from '../../src/simulator/account.ts';
import type { Action } from '../../src/simulator/action.ts';
import { letsIn } from '../../src/simulator/ec2/security-groups.ts';
import { clientAddress } from '../../src/simulator/rds/clients.ts';
import type { Resource } from '../../src/simulator/rds/model/alike.ts';
import { isUnder } from './neighbours.ts';

/** How a target truly is. */
export interface TargetTruth {
  /** `between`: on its way up, or running without what others have taken off it. */
  readonly serves: boolean | 'between';
  readonly runs: boolean;
  /** The ids of the volumes that it holds, or of the databases that clients reach. */
  readonly holds: readonly string[];
  /** Of databases, those that have another security group than the fence, a fence that somebody has opened, or a Data API, which goes past it. */
  readonly open: readonly string[];
  /** Of databases, what has the name of the target. */
  readonly named: readonly string[];
}

// After one of these nobody can say that it is by the run that a database does not serve.
const takesDatabaseDown =
  /^(stop-(database|cluster)|delete-(database|cluster)|break-|add-|disable-key|put-key-policy|schedule-key-deletion|modify-|grow-|announce-|maintain-|reboot-|fail-over|rotate-)/;

// What these bring about comes in a window, or shows in nothing that is judged.
const bringsNothing = /^(announce-|grow-|rotate-)/;

// The calls that change how a target serves and what it holds; of those that modify a database, by which of their members.
const touches = /^((Stop|Start)Instances|(Attach|Detach)Volume|RebootDBInstance)$/;
const moves = /^(VpcSecurityGroupIds|NewDB(Instance|Cluster)Identifier)$/;

const givesBack = (action: Action) => action.do === 'put-key-policy' && action.policy === 'default';

// Who is no run: other people, and nobody yet.
const others = 'others';
const itself = 'itself';
/** One of these, or the id of a run. */
type Doer = string;

/** How a target was, until when, and by whose doing it is so no more. */
interface Was {
  readonly truth: TargetTruth;
  readonly until: number;
  readonly by: Doer;
}

/** By whose doing it is so no more, as a run sees it. */
function doneBy({ by }: Was, run: string): 'the run' | 'another run' | 'others' | 'itself' {
  if (by === run) return 'the run';
  return by === others || by === itself ? by : 'another run';
}

/** The service that a target gives: what its owner wants of it, since when it is down, and what others have done to it. */
export class Service {
  /** Whether it ran when the run found it, on whatever it held. */
  readonly ran: boolean;
  /** Whether its owner wants it to serve. */
  wanted: boolean;
  /** Others had a hand in it while it was down: since when it is down is for nobody to say. */
  downByOthers = false;
  startedByOthers = false;
  /** Others have started it at some time: whether it was found running is for nobody to say. */
  everStartedByOthers = false;
  /** When it was first seen not to serve since it last did, in ms. */
  downSince: number | undefined;
  /** When it was last seen to serve, in ms: it went down between this and `downSince`, since nobody looks between two processes. */
  servedUntil = Number.NEGATIVE_INFINITY;
  /** When others than runs last changed it. */
  private othersAt = Number.NEGATIVE_INFINITY;
  /** How it was before it became what it is, the latest last. */
  private readonly past: Was[] = [];
  private last: TargetTruth;
  /** Who last did something about it: what changes from then on is his doing. */
  private doer: Doer = itself;
  private readonly account: Account;
  private readonly type: string;
  private readonly id: string;
  /** The devices of an instance at which the run found what its plan moves: what others do at any other is theirs. */
  private readonly places: ReadonlySet<string>;
  /** The isolation group of the plan of a database. */
  private readonly fence: string | undefined;
  /** Its rules when the run began. */
  private readonly rules: string;
  /** What it held when the run found it. */
  private readonly held: readonly string[];
  /** Somebody else has taken an instance apart. */
  private apart = false;
  /** Others have brought a database down, and it has not been available since. */
  private disturbed = false;
  /** Others have changed who is let in to a database, or which one its name leads to, and it has not served since. */
  private shut = false;
  private before = '';

  constructor(account: Account, { target, keys, steps }: Pick<Plan, 'target' | 'keys' | 'steps'>) {
    this.account = account;
    this.type = target.type;
    this.id = target.id;
    this.places = this.placesOf(keys);
    this.fence = fenceIn(steps);
    this.rules = this.rulesOfFence();
    this.last = this.truth();
    const { serves, runs, holds } = this.last;
    this.ran = runs;
    this.held = holds;
    this.wanted = serves === true;
  }

  /** Whether it may be down by what others have done: somebody has taken it apart, or brought it down. */
  get meddled(): boolean {
    return this.apart || this.disturbed || this.shut;
  }

  /** To be called whenever something may have changed. */
  look(): void {
    const truth = this.truth();
    const { serves } = truth;
    if (JSON.stringify(truth) !== JSON.stringify(this.last)) {
      this.past.push({ truth: this.last, until: this.account.world.time, by: this.doer });
      this.last = truth;
    }
    if ((this.disturbed || this.shut) && this.available()) {
      this.disturbed = false;
      this.shut &&= serves !== true;
    }
    if (serves === true && !this.meddled) this.downByOthers = false;
    if (serves === true && this.startedByOthers) this.wanted = true;
    if (serves === true) {
      this.downSince = undefined;
      this.servedUntil = this.account.world.time;
    }
    if (serves === false) this.downSince ??= this.account.world.time;
  }

  /** To be called when a call of ours has changed something, before a look at what. */
  called({ operation, input }: Call, run: string): void {
    const { VolumeId: volume = '', ...rest } = input as { readonly VolumeId?: string };
    const moved = /^ModifyDB/.test(operation) && Object.keys(rest).some((name) => moves.test(name));
    const deleted = operation === 'DeleteVolume' && this.last.holds.includes(volume);
    if (touches.test(operation) || moved || deleted) this.doer = run;
  }

  /** Whether it was so at any time since then, in ms. */
  wasSince(so: (truth: TargetTruth) => boolean, since: number): boolean {
    return so(this.last) || this.past.some(({ truth, until }) => until >= since && so(truth));
  }

  /** For how long, beyond what the machine stood still, something has been so no more, and by whose doing, in words. */
  notSo(so: (truth: TargetTruth) => boolean, run: string, stallMs: number): string {
    const was = this.past.findLast(({ truth }) => so(truth));
    if (!was) return 'never so';
    const forMs = Math.max(0, this.account.world.time - was.until - stallMs);
    return `no more so for ${Math.round(forMs / 1000)} s, by ${doneBy(was, run)}`;
  }

  /** When others last changed it, as a run sees it: another run is one of them. */
  changedByOthersOf(run: string): number {
    const byAnother = this.past.findLast((was) => doneBy(was, run) === 'another run');
    return Math.max(this.othersAt, byAnother?.until ?? Number.NEGATIVE_INFINITY);
  }

  /** Did another run take it out of service when it last served? That one owes it, and not one that was refused or came later. */
  takenDownByAnother(run: string): boolean {
    const served = this.past.findLast(({ truth }) => truth.serves === true);
    return served !== undefined && doneBy(served, run) === 'another run';
  }

  soon(): void {
    this.before = JSON.stringify(this.truth());
  }

  /** To be called when others have done something. */
  meanwhile(action: Action): void {
    const changed = JSON.stringify(this.truth()) !== this.before;
    const databaseDown = this.type.startsWith('rds') && takesDatabaseDown.test(action.do) && !givesBack(action);
    if (changed || (databaseDown && !bringsNothing.test(action.do))) this.othersAt = this.account.world.time;
    // A detached volume shows for a while yet.
    if (this.othersAt === this.account.world.time || this.isHeld(action)) this.doer = others;
    if (action.do === 'stop-instance') {
      this.wanted = false;
      this.startedByOthers = false;
    }
    if (action.do === 'terminate-instance') this.wanted = false;
    // A start that comes to nothing, for want of a key say, is nobody's wish fulfilled: `look` sees whether it does.
    if (action.do === 'start-instance') this.startedByOthers = this.everStartedByOthers = true;
    // What becomes of a replacement that is in nobody's place is no reason to leave the target down.
    if (/^(detach|attach|delete|fail)-volume$/.test(action.do) && !this.isBeside(action))
      this.apart ||= changed || this.isOriginal(action);
    // Rules count at once: what they change shows at once.
    const led = 'securityGroups' in action || 'identifier' in action || /-to-group$/.test(action.do);
    this.shut ||= this.type.startsWith('rds') && (led || (changed && /-group$/.test(action.do)));
    this.disturbed ||= databaseDown;
    this.downByOthers ||= this.disturbed || this.shut;
    this.look();
  }

  private isHeld(action: Action): boolean {
    return 'volume' in action && this.last.holds.includes(action.volume);
  }

  /** Is it about a device at which nothing of the plan stood, and about nothing of the plan? */
  private isBeside(action: Action): boolean {
    if (this.type !== 'ec2-instance' || !('volume' in action) || this.isOriginal(action)) return false;
    const volume = this.account.world.volumes.get(action.volume);
    if (action.do === 'attach-volume') return action.instance === this.id && !this.places.has(action.device);
    return volume?.attachments.some((one) => one.instanceId === this.id && !this.places.has(one.device)) === true;
  }

  private isOriginal(action: Action): boolean {
    return 'volume' in action && this.held.includes(action.volume);
  }

  private placesOf(keys: Plan['keys']): ReadonlySet<string> {
    const { world } = this.account;
    const instance = world.instances.get(this.id);
    const held = instance ? world.attachmentsOf(instance) : [];
    const moved = held.filter(({ volume }) => isUnder(this.account, keys, volume.keyArn));
    return new Set(moved.map(({ attachment }) => attachment.device));
  }

  private rulesOfFence(): string {
    const group = this.account.world.securityGroups.get(this.fence ?? '');
    return JSON.stringify(group ?? null);
  }

  truth(): TargetTruth {
    if (this.type === 'ec2-instance') return this.instance();
    if (this.type === 'ebs-volume') return this.volume();
    return this.database();
  }

  /** A volume serves nobody; attached it could be written to, which counts as running. */
  private volume(): TargetTruth {
    const volume = this.account.world.volumes.get(this.id);
    const there = volume !== undefined && volume.state !== 'deleting';
    return {
      serves: true,
      runs: there && volume.attachments.length > 0,
      holds: there ? [this.id] : [],
      open: [],
      named: [],
    };
  }

  private instance(): TargetTruth {
    const { world } = this.account;
    const instance = world.instances.get(this.id);
    if (!instance) return { serves: false, runs: false, holds: [], open: [], named: [] };
    const held = world.attachmentsOf(instance);
    const written = [...(instance.workload?.ledger.keys() ?? [])].filter((device) => this.places.has(device));
    const whole = written.every((device) =>
      held.some(({ attachment }) => attachment.device === device && attachment.state === 'attached'),
    );
    const { state } = instance;
    return {
      serves:
        state === 'running' && whole
          ? true
          : state === 'pending' || (state === 'running' && this.meddled)
            ? 'between'
            : false,
      runs: !['stopped', 'shutting-down', 'terminated'].includes(state),
      holds: held.map(({ volume }) => volume.id).sort(),
      open: [],
      named: [],
    };
  }

  /** Whether who holds the name is up, with nothing under way or waiting, and with what it needs to stay so. */
  private available(): boolean {
    const { world } = this.account;
    const { databases, clusters } = world.rds;
    const all: readonly Resource[] = [...(this.type === 'rds-cluster' ? clusters : databases).values()];
    const holder = all.find(({ identifier }) => identifier === this.id);
    const writer = holder && databases.get(clusters.get(holder.resourceId)?.writer ?? holder.resourceId);
    if (!holder || !writer?.up) return false;
    const key = holder.keyArn === undefined || world.usable(world.findKey(holder.keyArn));
    return key && [holder, writer].every(isAtRest);
  }

  private database(): TargetTruth {
    const { world } = this.account;
    const { databases, clusters } = world.rds;
    const there = (one: { readonly identifier: string; readonly status: string }) =>
      one.status !== 'deleting' && isOf(this.id, one.identifier);
    const things =
      this.type === 'rds-cluster'
        ? [...clusters.values()].filter(there).map((one) => ({
            ...pick(one),
            port: one.settings.Port ?? 5432,
            dataApi: one.settings.HttpEndpointEnabled === true,
            up: one.writer !== undefined && databases.get(one.writer)?.up === true,
          }))
        : [...databases.values()]
            .filter((one) => there(one) && one.member === undefined && one.replicaOf === undefined)
            .map((one) => ({ ...pick(one), port: one.settings.Port, dataApi: false, up: one.up }));
    const lets = (one: (typeof things)[number]) => letsIn(world, one.groups, clientAddress, one.port);
    const holder = things.find(({ identifier }) => identifier === this.id);
    const open = things.filter(lets);
    const opened = this.rulesOfFence() !== this.rules;
    return {
      serves: holder?.up === true && lets(holder),
      runs: open.length > 0,
      holds: open.length > 0 ? open.map(({ id }) => id).sort() : holder ? [holder.id] : [],
      open: things
        .flatMap(({ id, groups, dataApi }) =>
          groups.some((group) => group !== this.fence) || opened || dataApi ? [id] : [],
        )
        .sort(),
      named: holder ? [holder.id] : [],
    };
  }
}

function fenceIn(steps: Plan['steps']): string | undefined {
  const found = /"securityGroup":"(sg-[0-9a-f]+)"/.exec(JSON.stringify(steps));
  return found?.[1];
}

const isAtRest = ({ status, busy, pending, maintenance }: Resource) =>
  status === 'available' && !busy && Object.keys(pending).length + maintenance.length === 0;

const pick = (one: {
  readonly resourceId: string;
  readonly identifier: string;
  readonly groupsInForce: readonly string[];
}) => ({ id: one.resourceId, identifier: one.identifier, groups: one.groupsInForce });

/** Is this the name of the target, or one that the run has given to an original or a replacement of it? */
const isOf = (target: string, identifier: string) =>
  identifier === target || identifier.startsWith('rekey-') || identifier.startsWith(`${target}-old-`);
