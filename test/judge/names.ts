import type { Ending } from './aftermath.ts';
import type { Judge } from './deletes.ts';
import type { Kind } from './kinds.ts';
import type { Origin } from './origin.ts';

const isOver = ({ said }: Ending) => said.status.status === 'done' || said.status.status === 'rolled-back';

/** A judgement that all things pass, or each of these fails by itself, so that what is known of one explains no other. */
const eachOf = (judge: Judge) => (kind: Kind, amiss: readonly string[], told: (id: string) => string) => {
  if (amiss.length === 0) judge(kind, true, () => '');
  for (const id of new Set(amiss)) judge(kind, false, () => told(id));
};

/** P5: what is named as created and not deleted by the run was not deleted by it, and what is said to be deleted is gone. */
export function judgeNames(ending: Ending, origin: Origin, judge: Judge, about: () => string): void {
  const { said, died, stallMs } = ending;
  const each = eachOf(judge);
  const all = origin.all();
  const when = (id: string) => origin.deletedWhen(id, stallMs);
  const lacking = said.there.filter((id) => !all.includes(id) && when(id) !== undefined);
  each(died ? 'P5.status-gone' : 'P5.gone', lacking, (id) => `${id} (${when(id)}): ${about()}`);
  const isTold = (id: string) => said.announced.some((text) => text.includes(id));
  // A copy of ours that AWS would not let go is told by name.
  const still = said.gone.filter((id) => all.includes(id) && !(said.status.discarded.includes(id) && isTold(id)));
  judgeMakers(ending, origin, judge, about);
  const member = (id: string) => (origin.hasLostMember(id) ? ' (without a member)' : '');
  each(died ? 'P5.status-there' : 'P5.there', still, (id) => `${id}${member(id)}: ${about()}`);
}

/** P5: what is named as made by this run was made by a call of it, whatever its tags say. */
function judgeMakers({ run, said }: Ending, origin: Origin, judge: Judge, about: () => string): void {
  const all = origin.all();
  const others = said.status.existing.map(({ id }) => id).filter((id) => all.includes(id) && !origin.isOf(run, id));
  eachOf(judge)('P5.not-made', others, (id) => `${id}: ${about()}`);
}

/** P5 at the end of a process that leaves something to be done: what its run has made and not deleted has a name in what is said. */
export function judgeMade(endings: readonly Ending[], origin: Origin, judge: Judge): void {
  const [first] = endings;
  if (!first || endings.every(isOver)) return;
  const named = endings
    .flatMap(({ said }) => [...said.there, ...said.gone, ...said.announced, ...said.status.inDoubt.map(({ id }) => id)])
    .join('\n');
  const all = origin.madeBy(first.run).filter((id) => !named.includes(id));
  // Of a create without an answer nobody knows the id: that it was sent is said, and how many times.
  const doubts = endings.flatMap(({ said }) => said.status.inDoubt.filter(({ id }) => id === undefined));
  const unnamed = all.slice(doubts.reduce((sum, { sends }) => sum + sends, 0));
  const kind = first.died ? 'P5.status-unnamed' : 'P5.unnamed';
  eachOf(judge)(kind, unnamed, (id) => `${id} (${origin.madeWhen(id, first.stallMs)}): ${first.said.code}`);
  if (first.died) origin.died(unnamed);
}

/** P4 at the end of a process: once all plans of a run are over, what it made and left has a name in what was said. */
export function judgeLeftovers(endings: readonly Ending[], origin: Origin, judge: Judge): void {
  const [first] = endings;
  if (!first || first.died || !endings.every(isOver)) return;
  const words = endings.flatMap(({ said }) => [...said.lines, ...said.announced, ...said.there]).join('\n');
  const unnamed = origin.madeBy(first.run).filter((id) => !words.includes(id));
  judge('P4.unnamed', unnamed.length === 0, () => `${unnamed.join(', ')}, at ${first.said.code}`);
}
