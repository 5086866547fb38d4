import type { Plan } from '../../src/contract/plan.ts';
import type { Account, Call } from '../../src/simulator/account.ts';
import type { Volume } from '../../src/simulator/model.ts';
import type { TagSet } from '../../src/simulator/tag-set.ts';
import type { Judge } from './deletes.ts';
import type { Origin } from './origin.ts';

/**
 * P4: a call of a run changes nothing but the target, what belongs to it, and what the run has made. Judged by what the account
 * holds before and after the call, whatever the call says that it is about.
 */
export class Neighbours {
  /** No time passes while a call is carried out. Where it does, what falls due meanwhile would count as the call's doing. */
  timeStands = true;
  private readonly account: Account;
  private readonly origin: Origin;
  private readonly judge: Judge;
  private readonly targets = new Set<string>();
  /** The keys of the plans: what hangs on a target and is under another key is nobody's business. */
  private readonly keys: Plan['keys'][] = [];
  /** The ids of what is, or once was, the target or a part of it. */
  private readonly parts = new Set<string>();
  private before: ReadonlyMap<string, string> = new Map();

  constructor(account: Account, origin: Origin, judge: Judge) {
    this.account = account;
    this.origin = origin;
    this.judge = judge;
  }

  /** To be called when a process begins to work on a plan. */
  begin({ target, keys }: Plan): void {
    this.targets.add(target.id);
    this.keys.push(keys);
    this.noteParts();
  }

  /** To be called when a changing call of ours arrives, before it is carried out. */
  arrive(): void {
    this.noteParts();
    this.before = this.looks();
  }

  /** To be called when it has been carried out. */
  done({ operation, input }: Call, run: string): void {
    if (!this.timeStands) return;
    // Whose it is that goes is P2's question.
    if (/^Delete(Volume|Snapshot|DB)/.test(operation)) return;
    const after = this.looks();
    const changed = [...this.before.keys()].filter((id) => this.before.get(id) !== after.get(id));
    const others = changed.filter((id) => !this.parts.has(id) && !this.origin.isOf(run, id));
    this.judge('P4.others', others.length === 0, () => `${operation} ${JSON.stringify(input)}: ${others.join(', ')}`);
  }

  private noteParts(): void {
    const { volumes, rds } = this.account.world;
    for (const id of this.targets) this.parts.add(id);
    for (const { id, attachments, keyArn } of volumes.values())
      if (attachments.some(({ instanceId }) => this.targets.has(instanceId)) && this.isMeant(keyArn))
        this.parts.add(id);
    for (const { resourceId, identifier } of [...rds.databases.values(), ...rds.clusters.values()])
      if (this.targets.has(identifier)) this.parts.add(resourceId);
    for (const { resourceId, member, replicaOf } of rds.databases.values())
      if (this.parts.has(member?.cluster ?? '') || this.parts.has(replicaOf ?? '')) this.parts.add(resourceId);
  }

  /** Is a volume under this key one that a plan moves, where it hangs on a target? */
  private isMeant(keyArn: string | undefined): boolean {
    return this.keys.some((keys) => isUnder(this.account, keys, keyArn));
  }

  /** How everything looks, by id. */
  private looks(): Map<string, string> {
    const { volumes, snapshots, instances, rds } = this.account.world;
    const looks = new Map<string, string>();
    const note = (id: string, tags: TagSet, ...rest: readonly unknown[]) =>
      looks.set(id, JSON.stringify([[...tags.now], ...rest]));
    for (const one of volumes.values())
      note(one.id, one.tags, one.state, one.size, one.type, one.iops, one.throughput, placesOf(one), one.autoEnableIO);
    for (const one of [...snapshots.values(), ...instances.values()]) note(one.id, one.tags, one.state);
    for (const one of [...rds.databases.values(), ...rds.clusters.values()])
      note(one.resourceId, one.tags, one.identifier, one.status, one.settings, one.pending, one.roles);
    for (const one of [...rds.snapshots.values(), ...rds.clusterSnapshots.values()]) note(one.id, one.tags, one.status);
    return looks;
  }
}

/** Where it hangs, and how: that the host forgets its data key when it stops changes nothing of it. */
const placesOf = ({ attachments }: Volume) =>
  attachments.map(({ instanceId, device, state, deleteOnTermination }) => [
    instanceId,
    device,
    state,
    deleteOnTermination,
  ]);

/** Would a plan with these keys move what is under this key? */
export function isUnder({ world }: Account, { from, to }: Plan['keys'], keyArn: string | undefined): boolean {
  const arnOf = (name: string) => world.findKey(name)?.arn;
  return from === undefined ? keyArn !== arnOf(to) : keyArn === arnOf(from);
}
