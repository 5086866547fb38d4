import type { Account, Call } from '../../src/simulator/account.ts';
import { unseal, unwrap } from '../../src/simulator/bytes.ts';
import { type Content, contentOf } from '../../src/simulator/content.ts';
import type { Snapshot } from '../../src/simulator/model.ts';
import type { Party } from '../oracle/oracle.ts';
import { isSame } from './copies.ts';

/** Is this the creation of a snapshot that only is to prove something? By the call's own words, which say nothing in its favour. */
export function isProof({ operation, input }: Pick<Call, 'operation' | 'input'>): boolean {
  const { Description } = input as { readonly Description?: unknown };
  return operation === 'CreateSnapshot' && / proof of /.test(String(Description));
}

/**
 * Which originals a run has compared with their final snapshots, and what was so in truth: that it was not allowed to, and has
 * said so, excuses the loss of what somebody has written there unseen; that it was allowed to excuses nothing.
 */
export class Comparisons {
  private readonly account: Account;
  private readonly parties = new Map<string, Party>();
  /** By original, when it was last the same, in truth, as the snapshot that it was compared with. */
  private readonly sameAt = new Map<string, number>();
  private readonly refused = new Set<string>();

  constructor(account: Account) {
    this.account = account;
  }

  /** To be called when the account has answered a call of ours. */
  called({ operation, input, outcome }: Call, party: Party | undefined): void {
    if (operation !== 'ListChangedBlocks' || !party) return;
    this.parties.set(party.run, party);
    const { FirstSnapshotId, SecondSnapshotId } = input as Readonly<Record<string, string>>;
    const { snapshots } = this.account.world;
    const [first, second] = [snapshots.get(FirstSnapshotId ?? ''), snapshots.get(SecondSnapshotId ?? '')];
    const original = second?.volumeId ?? first?.volumeId;
    if (original === undefined) return;
    // What was answered, by whatever number of pages, excuses nothing.
    if (outcome === 'done') this.refused.delete(`${party.run} ${original}`);
    else this.refused.add(`${party.run} ${original}`);
    if (outcome !== 'done' || !first || !second) return;
    if (isSame(this.heldBy(first), this.heldBy(second))) this.sameAt.set(original, second.started);
  }

  /** When it was proven, with right, that nothing was written on an original since the snapshot that replaced it, in ms. */
  provenAt(original: string): number {
    return this.sameAt.get(original) ?? Number.NEGATIVE_INFINITY;
  }

  /** Was the comparison refused, and has the run said so? */
  isExcused(original: string, run: string): boolean {
    const said = (this.parties.get(run)?.records() ?? []).some(
      (record) => record.t === 'announced' && record.text.includes(`nobody has used original ${original} since`),
    );
    return said && this.refused.has(`${run} ${original}`);
  }

  private heldBy({ sealed }: Snapshot): Content {
    const { world } = this.account;
    if (!sealed) throw new Error('a snapshot was compared that holds nothing');
    const key = sealed.dataKey && world.findKey(sealed.dataKey.keyArn);
    return contentOf(unseal(sealed, key && sealed.dataKey && unwrap(key, sealed.dataKey)));
  }
}
