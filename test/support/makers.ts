import type { Account } from '../../src/simulator/account.ts';

/** Who has made what since the beginning. Tags say it of nothing: they get copied, and they get stripped. */
export class Makers {
  private readonly account: Account;
  private readonly known: Set<string>;
  private readonly strangers = new Set<string>();
  private readonly runs = new Map<string, string>();

  constructor(account: Account) {
    this.account = account;
    this.known = new Set(this.all().keys());
  }

  /** To be called when somebody else has done something: what is new now is his. */
  others(): void {
    this.note((id) => this.strangers.add(id));
  }

  /** To be called after a call of a run: what is new and marked as the run's is its own, whatever becomes of the mark. */
  made(run: string): void {
    this.note((id, tags) => tags.get('rekey:run') === run && this.runs.set(id, run));
  }

  isStranger(id: string): boolean {
    return this.strangers.has(id);
  }

  /** `tags`: what it carries now. What nobody was seen to make is known by its mark alone. */
  isBy(
    run: string,
    id: string,
    tags: ReadonlyMap<string, string> | Readonly<Record<string, string>> | undefined,
  ): boolean {
    if (this.strangers.has(id)) return false;
    const mark =
      tags instanceof Map
        ? tags.get('rekey:run')
        : (tags as Readonly<Record<string, string>> | undefined)?.['rekey:run'];
    return this.runs.get(id) === run || mark === run;
  }

  /** Is it known to be of a run, whichever? */
  isOfARun(id: string, marked: boolean): boolean {
    return !this.strangers.has(id) && (this.runs.has(id) || marked);
  }

  private note(is: (id: string, tags: ReadonlyMap<string, string>) => void): void {
    for (const [id, tags] of this.all()) {
      if (this.known.has(id)) continue;
      this.known.add(id);
      is(id, tags);
    }
  }

  private all(): Map<string, ReadonlyMap<string, string>> {
    const { volumes, snapshots, rds } = this.account.world;
    const held = [volumes, snapshots, rds.databases, rds.clusters, rds.snapshots, rds.clusterSnapshots];
    return new Map(held.flatMap((books) => [...books].map(([id, one]) => [id, one.tags.now] as const)));
  }
}
