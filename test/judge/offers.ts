import type { Ending, ProcessEnd } from './aftermath.ts';
import type { Judge } from './deletes.ts';

/** With these a command is refused for what it is, whatever the account holds. */
const refusals = ['already-finished', 'originals-gone', 'past-write-point'];

/** P5: the commands that were printed as next, and whether one is refused when somebody gives it. */
export class Offers {
  private readonly judge: Judge;
  /** By run, what the last words of its last process named. */
  private readonly offered = new Map<string, readonly string[]>();

  constructor(judge: Judge) {
    this.judge = judge;
  }

  /** To be called at each end of a process of a run: judges the command that it was given by what its forerunner named. */
  ended(run: string, how: ProcessEnd, endings: readonly Ending[]): void {
    const { command } = how;
    // What stands behind it for the reader names other commands.
    const named = this.offered.get(run)?.find((line) => line.split('  # ', 1)[0]?.includes(` ${command.command} `));
    this.offered.set(run, [...new Set(endings.flatMap(({ said }) => said.next))]);
    if (named === undefined) return;
    // What needs the operator's consent says so where it is named.
    const asks = / # needs --discard-writes-since/.test(named);
    const refused = how.errors.flatMap((error) => (error && refusals.includes(error.code) ? [error.code] : []));
    const unsaid = refused.filter((code) => !(code === 'past-write-point' && asks));
    this.judge('P5.next', unsaid.length === 0, () => `${named}: ${unsaid.join(', ')}`);
  }
}
