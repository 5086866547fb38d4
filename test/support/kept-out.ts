const shownMs = 5 * 60_000;

/** Since when something has kept its clients out: for five minutes AWS may show how it was before (facts §1.6), to whoever looks. */
export class KeptOut {
  private readonly since = new Map<string, number>();

  /** To be called with how it is now, whenever that may have changed. */
  note(id: string, open: boolean, now: number): void {
    if (open) this.since.delete(id);
    else if (!this.since.has(id)) this.since.set(id, now);
  }

  /** Could a look that was the last one possible have shown that it lets clients in? */
  mayShowOpen(id: string, now: number): boolean {
    const since = this.since.get(id);
    return since === undefined || now - since < shownMs;
  }
}
