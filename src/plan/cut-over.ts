import type { Report } from './problem.ts';
import type { Outline } from './steps.ts';

/** Gates stand outside the cut-over, which reaches from the first to the last disruptive step, and a window's gate is the last before it. */
export function checkCutOver<S>(outlines: readonly Outline<S>[], hasWindow: boolean, report: Report): void {
  const disruptive = outlines.filter(
    ({ definition }) => definition?.kind === 'effect' && definition.hazard === 'disruptive',
  );
  const [first, last] = [disruptive[0], disruptive.at(-1)];
  if (first === undefined || last === undefined) return;
  const [begin, end] = [outlines.indexOf(first), outlines.indexOf(last)];
  for (const gate of outlines.slice(begin, end).filter(isGate)) {
    const hint = `the target is down from \`${first.id}\` to \`${last.id}\`; move the gate before the one or after the other`;
    report(gate.node.at, `the gate \`${gate.id}\` stands inside the cut-over`, hint);
  }
  if (!hasWindow) return;
  const before = outlines.slice(0, begin).filter(isGate);
  const window = before.findLast(({ gate }) => gate === 'window');
  if (window === undefined) {
    const hint = `the plan has a window: put { id: window, gate: window } before \`${first.id}\``;
    report(first.node.at, `the cut-over begins at \`${first.id}\` with no \`gate: window\` before it`, hint);
  } else if (before.at(-1) !== window) {
    const hint = `move \`${window.id}\` after it: when the hold is over, the window may have closed`;
    report(before.at(-1)?.node.at ?? first.node.at, `a hold between \`${window.id}\` and the cut-over`, hint);
  }
}

function isGate<S>(outline: Outline<S>): boolean {
  return outline.gate !== undefined;
}
