import type { Ending } from './aftermath.ts';
import type { Judge } from './deletes.ts';

/** What a plan was last said to hold: its originals, and until when, in ms. */
interface Hold {
  readonly originals: readonly string[];
  readonly until: number;
  /** How many plans its run has. */
  readonly plans: number;
}

/** P2: an original that was said to be held until some time is deleted by no plan of any run before it, unless a person has given it to another run. */
export class Holds {
  private readonly judge: Judge;
  /** By run and plan, as its last process has said. */
  private readonly holds = new Map<string, Hold>();

  constructor(judge: Judge) {
    this.judge = judge;
  }

  /** To be called when somebody hands what a run has claimed to another one: he takes the run for gone. */
  replaced(run: string): void {
    for (const key of this.holds.keys()) if (key.startsWith(`${run} `)) this.holds.delete(key);
  }

  /** To be called when an original has been deleted. */
  deleted(original: string, at: number, about: string): void {
    for (const [plan, { originals, until, plans }] of this.holds)
      if (originals.includes(original))
        this.judge('P2.held', at >= until, () => {
          const among = plans > 1 ? `, one of ${plans} plans,` : '';
          return `${about}: ${plan}${among} holds it until ${new Date(until).toISOString()}`;
        });
  }

  /** To be called at each end of a process of a run. */
  ended(run: string, endings: readonly Ending[]): void {
    for (const { said } of endings) {
      const { plan, pairs, waitsFor } = said.status;
      const key = `${run} ${plan}`;
      if (waitsFor?.kind !== 'hold') this.holds.delete(key);
      else {
        const originals = pairs.map(({ original }) => original);
        this.holds.set(key, { originals, until: waitsFor.until, plans: endings.length });
      }
    }
  }
}
