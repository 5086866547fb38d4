import { unseenMs } from '../../src/contract/settle.ts';
import type { Deed, DeedKind, Pair, Situation } from './situation.ts';

/** A row: when it applies, and which changing calls it allows. The first that applies decides. */
interface Row {
  readonly name: string;
  /** What it says, in the words by which a disagreement is told. */
  readonly next: string;
  readonly applies: (situation: Situation, deed: Deed | undefined) => boolean;
  readonly allows: (deed: Deed, situation: Situation) => boolean;
  /** For how an end of a process contradicts it, one sentence; undefined when it does not. */
  readonly end?: (end: End, situation: Situation) => string | undefined;
}

/** What the end of a process, or `status` of one that died, says of the plan. */
export interface End {
  readonly status: 'done' | 'rolled-back' | 'other';
  readonly names: (id: string) => boolean;
}

const only =
  (...kinds: DeedKind[]) =>
  (deed: Deed) =>
    kinds.includes(deed.kind);
const nothing = () => false;
const deletes: readonly DeedKind[] = ['delete-original', 'discard-volume', 'discard-snapshot'];
const isDelete = (deed: Deed | undefined) => deed !== undefined && deletes.includes(deed.kind);
const pairOf = ({ pairs, left }: Situation, deed: Deed | undefined) =>
  [...pairs, ...left].find(({ original }) => original === deed?.original);
const some = ({ pairs }: Situation, is: (pair: Pair) => boolean) => pairs.some(is);

/** Is it so of the pair that something is deleted of; at the end of a process, of any? */
const about = (situation: Situation, deed: Deed | undefined, is: (pair: Pair) => boolean) => {
  if (deed === undefined) return some(situation, is);
  const pair = isDelete(deed) ? pairOf(situation, deed) : undefined;
  return pair !== undefined && is(pair);
};

const forward = ({ direction }: Situation) => direction === 'forward';
const back = ({ direction }: Situation) => direction === 'back';
const ofInstance = ({ type }: Situation) => type === 'ec2-instance';
const holdsReplacement = (situation: Situation) => some(situation, ({ holds }) => holds === 'replacement');
const heldLived = (situation: Situation) => some(situation, ({ holds, lived }) => holds === 'replacement' && lived);
const anyLived = (situation: Situation) => some(situation, ({ lived }) => lived);

/** Nothing is put beside or after an empty root: without it nobody can start the target (decision 9). */
const rootFirst = (situation: Situation, deed: Deed, root: Pair['holds']) => {
  const first = situation.pairs.find((pair) => pair.root);
  return first === undefined || first.original === deed.original || first.holds !== root;
};

/** An end says done, and the target does not hold what a run that is done leaves it with. */
const notDone = ({ status }: End) => (status === 'done' ? 'it ended done' : undefined);
const notOver = ({ status }: End) => (status === 'other' ? undefined : `it ended ${status}`);

export const table = [
  {
    name: 'terminated',
    next: 'nothing of ours that may be the last copy is discarded',
    applies: ({ state }) => state === 'gone',
    allows: (deed) => !isDelete(deed) || !deed.lastCopy(),
  },
  {
    name: 'back-replaced-for-good',
    next: 'the original is gone and its replacement complete: it is turned forward, and the replacement stays',
    applies: (situation, deed) => {
      const gone = situation.pairs.find((one) => one.originalGone);
      const pair = isDelete(deed) ? pairOf(situation, deed) : gone;
      return back(situation) && pair?.originalGone === true && pair.ready;
    },
    allows: (deed) => deed.kind !== 'discard-volume' && deed.kind !== 'detach-replacement',
    end: ({ status }, situation) =>
      status === 'rolled-back' && holdsReplacement(situation) ? 'it ended rolled-back' : undefined,
  },
  {
    name: 'back-last-copy',
    next: 'the original is gone and nothing complete replaces it: the snapshot is kept as the last copy',
    applies: (situation, deed) => back(situation) && about(situation, deed, ({ originalGone }) => originalGone),
    allows: (deed) => !isDelete(deed) || !deed.lastCopy(),
    end: ({ status, names }, situation) =>
      status === 'rolled-back' &&
      some(situation, ({ originalGone, made }) => originalGone && made.length > 0 && !made.some(names))
        ? 'it ended rolled-back, and the copy that is left has no name'
        : undefined,
  },
  {
    name: 'mixture',
    next: 'it runs on a mixture, or holds one of which a replacement has lived: it is put on record, and nothing is touched',
    applies: (situation) =>
      !situation.typed &&
      situation.holds === 'mixed' &&
      holdsReplacement(situation) &&
      (situation.state === 'runs' || (situation.state === 'stands' && heldLived(situation))),
    // In the hold what others do to one pair leaves the proofs of the others as they are.
    allows: (deed, situation) => {
      const pair = pairOf(situation, deed);
      const proven = forward(situation) && pair?.holds === 'replacement' && pair.lived && !pair.stale;
      return proven && /^(delete-original|discard-snapshot)$/.test(deed.kind);
    },
    end: notOver,
  },
  {
    name: 'forward-exposed',
    next: 'the original could be written to after the final snapshot: nothing of it is deleted, a person decides',
    applies: (situation, deed) =>
      forward(situation) &&
      situation.holds === 'replacements' &&
      about(situation, deed, ({ stale, originalGone }) => stale && !originalGone),
    allows: nothing,
    end: notDone,
  },
  {
    name: 'forward-unreadable',
    next: 'the replacement can not be read, or still loads: nothing is deleted, it is waited for',
    applies: (situation, deed) =>
      forward(situation) &&
      situation.holds === 'replacements' &&
      // At an end what becomes of a key later is nobody's to know, who has judged each delete by what was readable then.
      about(situation, deed, ({ unreadable, originalGone, over }) => unreadable && !originalGone && !(over && !deed)),
    allows: nothing,
    end: notDone,
  },
  {
    name: 'forward-stopped',
    next: 'others have stopped it in the hold: nothing is deleted',
    applies: (situation, deed) =>
      forward(situation) &&
      ofInstance(situation) &&
      situation.holds === 'replacements' &&
      situation.state === 'stands' &&
      heldLived(situation) &&
      situation.stoppedByOthers &&
      about(situation, deed, ({ over }) => !over),
    allows: (deed) => !isDelete(deed) && !/^(detach|attach)-/.test(deed.kind),
    end: notDone,
  },
  {
    name: 'forward-runs',
    next: 'the write point is passed: verify, hold, prove, delete',
    applies: (situation) => forward(situation) && situation.holds === 'replacements' && situation.state === 'runs',
    allows: (deed, { verdict }) =>
      deed.kind === 'delete-original'
        ? verdict === 'verified'
        : only('discard-snapshot')(deed) || (deed.kind === 'discard-volume' && !deed.lived && !deed.placed),
    end: ({ status }) => (status === 'rolled-back' ? 'it ended rolled-back' : undefined),
  },
  {
    name: 'forward-verified',
    next: 'start, if it ran before; if it did not, hold, prove, delete',
    applies: (situation) =>
      forward(situation) &&
      situation.holds === 'replacements' &&
      situation.state === 'stands' &&
      situation.verdict === 'verified',
    allows: (deed, { ran }) =>
      deed.kind === 'start'
        ? ran !== false
        : ran !== true && isDelete(deed) && !(deed.kind === 'discard-volume' && (deed.lived || deed.placed)),
    end: ({ status }, { ran }) =>
      status === 'rolled-back' || (status === 'done' && ran === true) ? `it ended ${status}` : undefined,
  },
  {
    name: 'forward-unverified',
    next: 'not verified, or FAILED: it is taken back, and neither started nor deleted from',
    applies: (situation) =>
      forward(situation) &&
      situation.holds === 'replacements' &&
      situation.state === 'stands' &&
      situation.verdict !== 'unasked' &&
      !anyLived(situation),
    allows: nothing,
    end: notOver,
  },
  {
    name: 'forward-key-unusable',
    next: 'a key can not be used before the stop: refused, and nothing is touched',
    applies: (situation, deed) =>
      forward(situation) &&
      situation.keyUnusable &&
      situation.holds === 'originals' &&
      situation.state === 'runs' &&
      (deed === undefined || deed.kind === 'stop'),
    allows: nothing,
    end: notDone,
  },
  {
    name: 'forward-started',
    next: 'the final snapshot is taken, and somebody has started it: it is taken back, and not stopped again before',
    applies: (situation) =>
      forward(situation) &&
      ofInstance(situation) &&
      situation.holds === 'originals' &&
      situation.state === 'runs' &&
      some(situation, ({ stale }) => stale),
    allows: nothing,
    end: notDone,
  },
  {
    name: 'forward-originals-run',
    next: 'additive work, then the stop',
    applies: (situation) => forward(situation) && situation.holds === 'originals' && situation.state === 'runs',
    allows: only('stop'),
    end: notDone,
  },
  {
    name: 'forward-stale',
    next: 'started since the final snapshot: that generation is stale, it is taken back',
    applies: (situation) =>
      forward(situation) &&
      situation.holds === 'originals' &&
      situation.state === 'stands' &&
      some(situation, ({ stale }) => stale),
    allows: nothing,
    end: notDone,
  },
  {
    name: 'forward-originals-stand',
    next: 'snapshot and create what lacks one; when all are ready, detach, root first',
    applies: (situation) => forward(situation) && situation.holds === 'originals' && situation.state === 'stands',
    allows: (deed, situation) =>
      deed.kind === 'detach-original'
        ? situation.replacements >= situation.pairs.length && rootFirst(situation, deed, 'original')
        : only('stop')(deed),
    end: notDone,
  },
  {
    name: 'forward-none',
    next: 'attach the replacements, root first',
    applies: (situation) =>
      ofInstance(situation) &&
      forward(situation) &&
      situation.holds === 'none' &&
      situation.state === 'stands' &&
      !anyLived(situation),
    allows: (deed, situation) => (deed.kind === 'attach-replacement' ? rootFirst(situation, deed, 'neither') : false),
    end: notOver,
  },
  {
    name: 'forward-mixed',
    next: 'go on detaching the originals or attaching the replacements',
    applies: (situation) =>
      ofInstance(situation) &&
      forward(situation) &&
      situation.holds === 'mixed' &&
      situation.state === 'stands' &&
      !anyLived(situation),
    allows: (deed, situation) =>
      deed.kind === 'attach-replacement'
        ? rootFirst(situation, deed, 'neither')
        : deed.kind === 'detach-original'
          ? rootFirst(situation, deed, 'original')
          : false,
    end: notOver,
  },
  {
    name: 'back-lived',
    next: 'it runs on what has lived: never taken back by itself, and turned forward on record',
    applies: (situation) =>
      back(situation) && !situation.typed && situation.holds === 'replacements' && situation.state === 'runs',
    // Forward and back, snapshots go in the end where what was made of them holds all.
    allows: (deed, situation) => {
      const pair = pairOf(situation, deed);
      return deed.kind === 'discard-snapshot' && pair?.ready === true && !pair.unreadable;
    },
    end: ({ status }) => (status === 'rolled-back' ? 'it ended rolled-back' : undefined),
  },
  {
    name: 'back-replacements',
    next: 'detach the replacements, attach the originals',
    applies: (situation) =>
      ofInstance(situation) &&
      back(situation) &&
      (situation.typed || !anyLived(situation)) &&
      holdsReplacement(situation) &&
      (situation.state === 'stands' || (situation.typed && situation.state === 'runs')),
    allows: (deed, situation) =>
      only('detach-replacement', 'attach-original')(deed) || (deed.kind === 'stop' && situation.typed),
    end: notOver,
  },
  {
    name: 'back-none',
    next: 'attach the originals, the root first',
    applies: (situation) =>
      ofInstance(situation) &&
      back(situation) &&
      (situation.typed || !anyLived(situation)) &&
      !holdsReplacement(situation) &&
      !some(situation, ({ originalGone, detachedByOthers }) => originalGone || detachedByOthers) &&
      situation.holds !== 'originals' &&
      situation.state === 'stands',
    allows: (deed, situation) => (deed.kind === 'attach-original' ? rootFirst(situation, deed, 'neither') : false),
    end: notOver,
  },
  {
    name: 'back-originals-stand',
    next: 'start it, if it ran; nothing is discarded before it does',
    applies: (situation) =>
      back(situation) && ofInstance(situation) && situation.holds === 'originals' && situation.state === 'stands',
    allows: (deed, { ran, typed }) =>
      deed.kind === 'start'
        ? ran !== false
        : only('stop')(deed) || (ran !== true && /^discard-/.test(deed.kind) && (!deed.lived || typed)),
    end: ({ status }, { ran }) =>
      status === 'done' || (status === 'rolled-back' && ran === true) ? `it ended ${status}` : undefined,
  },
  {
    name: 'back-originals-run',
    next: 'seen in their places for unseenMs, discard what is unlived and ours; end',
    applies: (situation) =>
      back(situation) &&
      situation.holds === 'originals' &&
      (situation.state === 'runs' || situation.type === 'ebs-volume'),
    allows: (deed, { restoredForMs, type }) =>
      /^discard-/.test(deed.kind) ? !deed.lived && (type === 'ebs-volume' || restoredForMs >= unseenMs) : false,
    end: notDone,
  },
] as const satisfies readonly Row[];

/** What is judged when all is over, from what was said: no row of the calls. */
export const over = {
  name: 'done',
  next: 'it holds its replacements as it was found, and what is left of ours has a name',
} as const;

export type RowName = (typeof table)[number]['name'] | typeof over.name;

/** By kinds of the judge, what each row says: a disagreement is a failure of such a kind. */
export const oracleKinds = Object.fromEntries([...table, over].map(({ name, next }) => [`O.${name}`, next])) as {
  readonly [K in RowName as `O.${K}`]: string;
};
export type OracleKind = keyof typeof oracleKinds;

/** The row that decides; undefined where the table is silent, or where truth can't tell. */
export function rowFor(situation: Situation, deed: Deed | undefined): (Row & { readonly name: RowName }) | undefined {
  return table.find((row) => row.applies(situation, deed));
}
