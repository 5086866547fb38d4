interface Due {
  readonly at: number;
  readonly act: () => void;
}

/** What will happen by itself, in order of time; of the same instant, in order of asking. There are no timers. */
export class Timeline {
  private readonly due: Due[] = [];

  add(at: number, act: () => void): void {
    let low = 0;
    let high = this.due.length;
    // Latest first, so that taking the next one is a pop.
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.due[middle];
      if (other && other.at > at) low = middle + 1;
      else high = middle;
    }
    this.due.splice(low, 0, { at, act });
  }

  /** When the next thing is due, or undefined. */
  nextAt(): number | undefined {
    return this.due.at(-1)?.at;
  }

  /** Takes the next thing that is due at or before `time`. */
  take(time: number): { at: number; act: () => void } | undefined {
    const next = this.due.at(-1);
    return next && next.at <= time ? this.due.pop() : undefined;
  }
}
