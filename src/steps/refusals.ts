import { classify } from '../aws/outage.ts';
import { printable } from '../aws/printable.ts';
import type { Outage } from '../contract/outage.ts';
import { problem } from '../errors/index.ts';
import type { Accepted } from './domain.ts';

/** Collects every reason against a target, so that the operator hears all of them at once. */
export class Refusals<A extends string = Accepted> {
  readonly #reasons: { why: string; wayOut: string }[] = [];
  readonly #accept: readonly (A | 'unreadable-attribute')[];
  readonly #announce: (text: string) => void;
  #unneeded: string | undefined;

  constructor(accept: readonly (A | 'unreadable-attribute')[], announce: (text: string) => void) {
    this.#accept = accept;
    this.#announce = announce;
  }

  /** A reason that nothing in the plan can overrule. */
  refuse(why: string, wayOut: string): void {
    this.#reasons.push({ why, wayOut });
  }

  /** All that the plan would move is under the new key: then nothing else that speaks against the target matters. */
  nothingToDo(why: string): void {
    this.#unneeded = why;
  }

  /** A reason that the plan may accept by name; accepted ones are announced. */
  unless(accepted: A | 'unreadable-attribute', why: string, wayOut: string): void {
    if (this.#accept.includes(accepted)) this.#announce(`accepted (${accepted}): ${why}`);
    else this.refuse(why, `${wayOut}; or accept it by name: accept: [${accepted}]`);
  }

  /** What `read` gives; undefined when AWS answers it with an error and the plan accepts unreadable attributes. Rethrows what may pass (throttling, transport) and what stops the run. */
  async readable<T>(what: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      const outage = unreadable(error);
      if (!outage) throw error;
      const code = printable(`${outage.code}: ${outage.message}`, 200);
      this.unless('unreadable-attribute', `${what} can't be read (${code})`, 'allow the call in the IAM policy');
      return undefined;
    }
  }

  /** Throws target-refused when there is any reason, and nothing-to-do where nothing is to be moved. */
  throwIfAny(target: string): void {
    if (this.#unneeded !== undefined) throw problem('nothing-to-do', { target, why: this.#unneeded });
    if (this.#reasons.length > 0) throw problem('target-refused', { target, reasons: this.#reasons });
  }
}

/** By what AWS has answered that something can't be read; undefined for what may pass (throttling, transport) and what stops the run. */
export function unreadable(error: unknown): Outage | undefined {
  const outage = classify(error);
  const passes = !outage || !answered(error) || outage.class === 'retry' || outage.class === 'stop-run';
  return passes ? undefined : outage;
}

function answered(error: unknown): boolean {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode !== undefined;
}
