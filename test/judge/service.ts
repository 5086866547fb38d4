import type { Account } from '../../src/simulator/account.ts';
import type { Action } from '../../src/simulator/action.ts';
import { letsIn } from '../../src/simulator/ec2/security-groups.ts';
import { clientAddress } from '../../src/simulator/rds/clients.ts';

/** How a target truly is. */
export interface TargetTruth {
  /** `between`: on its way up. */
  readonly serves: boolean | 'between';
  readonly runs: boolean;
  /** The ids of the volumes that it holds, or of the databases that clients reach. */
  readonly holds: readonly string[];
}

// After one of these nobody can say that it is by the run that a database does not serve.
const takesDatabaseDown =
  /^(stop-|delete-(database|cluster)|break-|add-|disable-key|put-key-policy|schedule-key-deletion|modify-|grow-|announce-|maintain-|reboot-|fail-over|rotate-|expire-)/;

// Takes nothing from a target.
const addsOnly = /^(Create|Copy|Restore)|Tags/;

const givesBack = (action: Action) => action.do === 'put-key-policy' && action.policy === 'default';

/** The service that a target gives: what its owner wants of it, since when it is down, and what others have done to it. */
export class Service {
  /** Whether it ran when the run found it, on whatever it held. */
  readonly ran: boolean;
  /** Whether its owner wants it to serve. */
  wanted: boolean;
  /** Somebody else has taken it apart, or brought it down. */
  meddled = false;
  startedByOthers = false;
  /** Others have started it at some time: whether it was found running is for nobody to say. */
  everStartedByOthers = false;
  /** When it was first seen not to serve since it last did, in ms. */
  downSince: number | undefined;
  /** When it was last seen to serve, in ms: it went down between this and `downSince`, since nobody looks between two processes. */
  servedUntil = Number.NEGATIVE_INFINITY;
  /** The run that took it down when it last went down; undefined where nobody can say. */
  downBy: string | undefined;
  /** When others than runs last changed it. */
  private othersAt = Number.NEGATIVE_INFINITY;
  /** When it last changed by what each run had done. */
  private readonly changedAt = new Map<string, number>();
  /** The run that last did more to it than add something. */
  private worker: string | undefined;
  private last: string;
  private readonly account: Account;
  private readonly type: string;
  private readonly id: string;
  /** What it held when the run found it. */
  private readonly held: readonly string[];
  private before = '';

  constructor(account: Account, target: { readonly type: string; readonly id: string }) {
    this.account = account;
    this.type = target.type;
    this.id = target.id;
    const truth = this.truth();
    const { serves, runs, holds } = truth;
    this.ran = runs;
    this.held = holds;
    this.wanted = serves === true;
    this.last = JSON.stringify(truth);
  }

  /** To be called whenever something may have changed. */
  look(): void {
    const truth = this.truth();
    const { serves } = truth;
    this.noteChange(JSON.stringify(truth));
    if (serves === true && this.startedByOthers) this.wanted = true;
    if (serves === true) {
      this.downSince = undefined;
      this.servedUntil = this.account.world.time;
    }
    if (serves === false && this.downSince === undefined) {
      this.downSince = this.account.world.time;
      this.downBy = this.worker;
    }
  }

  /** To be called when a run has changed something, before the next look: what comes of it may come later. */
  worked(operation: string, run: string): void {
    if (!addsOnly.test(operation)) this.worker = run;
  }

  /** When others last changed it, as a run sees it: another run is one of them. */
  changedByOthersOf(run: string): number {
    return Math.max(this.othersAt, ...[...this.changedAt].flatMap(([by, at]) => (by === run ? [] : [at])));
  }

  private noteChange(now: string): void {
    if (now === this.last) return;
    this.last = now;
    if (this.worker !== undefined) this.changedAt.set(this.worker, this.account.world.time);
  }

  soon(): void {
    this.before = JSON.stringify(this.truth());
  }

  /** To be called when others have done something. */
  meanwhile(action: Action): void {
    // What a run has asked for may still come into force later.
    const { worker } = this;
    this.worker = undefined;
    const changed = JSON.stringify(this.truth()) !== this.before;
    const databaseDown = this.type.startsWith('rds') && takesDatabaseDown.test(action.do) && !givesBack(action);
    if (changed || databaseDown) this.othersAt = this.account.world.time;
    if (action.do === 'stop-instance') {
      this.wanted = false;
      this.startedByOthers = false;
    }
    if (action.do === 'terminate-instance') this.wanted = false;
    // A start that comes to nothing, for want of a key say, is nobody's wish fulfilled: `look` sees whether it does.
    if (action.do === 'start-instance') this.startedByOthers = this.everStartedByOthers = true;
    // What becomes of a replacement that is in nobody's place is no reason to leave the target down.
    if (/^(detach|attach|delete|fail)-volume$/.test(action.do)) this.meddled ||= changed || this.isOriginal(action);
    // Rules count at once: what they change shows at once.
    if (databaseDown || (changed && /-group$/.test(action.do))) this.meddled = true;
    this.look();
    this.worker = worker;
  }

  private isOriginal(action: Action): boolean {
    return 'volume' in action && this.held.includes(action.volume);
  }

  truth(): TargetTruth {
    if (this.type === 'ec2-instance') return this.instance();
    if (this.type === 'ebs-volume') return { serves: true, runs: false, holds: [] };
    return this.database();
  }

  private instance(): TargetTruth {
    const { world } = this.account;
    const instance = world.instances.get(this.id);
    if (!instance) return { serves: false, runs: false, holds: [] };
    const held = world.attachmentsOf(instance);
    const whole = [...(instance.workload?.ledger.keys() ?? [])].every((device) =>
      held.some(({ attachment }) => attachment.device === device && attachment.state === 'attached'),
    );
    const { state } = instance;
    return {
      serves: state === 'running' ? whole || this.meddled : state === 'pending' ? 'between' : false,
      runs: !['stopped', 'shutting-down', 'terminated'].includes(state),
      holds: held.map(({ volume }) => volume.id).sort(),
    };
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
            up: one.writer !== undefined && databases.get(one.writer)?.up === true,
          }))
        : [...databases.values()]
            .filter((one) => there(one) && one.member === undefined && one.replicaOf === undefined)
            .map((one) => ({ ...pick(one), port: one.settings.Port, up: one.up }));
    const lets = (one: (typeof things)[number]) => letsIn(world, one.groups, clientAddress, one.port);
    const holder = things.find(({ identifier }) => identifier === this.id);
    const open = things.filter(lets);
    return {
      serves: holder?.up === true && lets(holder),
      runs: open.length > 0,
      holds: open.length > 0 ? open.map(({ id }) => id).sort() : holder ? [holder.id] : [],
    };
  }
}

const pick = (one: {
  readonly resourceId: string;
  readonly identifier: string;
  readonly groupsInForce: readonly string[];
}) => ({ id: one.resourceId, identifier: one.identifier, groups: one.groupsInForce });

/** Is this the name of the target, or one that the run has given to an original or a replacement of it? */
const isOf = (target: string, identifier: string) =>
  identifier === target || identifier.startsWith('rekey-') || identifier.startsWith(`${target}-old-`);
