import { isRead } from '../support/reads.ts';
import { history } from './history.ts';
import { asked, kindFlags, kindOf, kindValues, optionsOf } from './options.ts';

/** Replays one seed with a readable log: `npm run seed -- 42`. */
const [text = '', ...words] = process.argv.slice(2);
const usage =
  'npm run seed -- 42 [--plan ebs-volume] [--liveness] [--without-people] [--wired] [--stale-ms N] [--quiet]';
if (!/^\d{1,9}$/.test(text)) {
  process.stderr.write(`which seed? ${usage}\n`);
  process.exit(2);
}
const seed = Number(text);
const { kind, quiet } = asked(() => {
  const { given } = optionsOf(words, kindValues, [...kindFlags, 'quiet']);
  return { kind: kindOf(given), quiet: given.has('quiet') };
});
const lived = await history(seed, kind);
const shown = quiet ? lived.log.filter((line) => !isRead(line.split(' ')[1] ?? '')) : lived.log;
process.stdout.write(`${shown.join('\n')}\n\nseed ${seed} of ${lived.plan}  trace ${lived.hash}  end ${lived.end}\n`);
process.stdout.write(`${lived.processes} processes, ${lived.calls} calls, ${lived.effects} effects\n`);
for (const [name, times] of lived.faults) process.stdout.write(`  ${times} × ${name}\n`);
for (const { told } of lived.expected) process.stdout.write(`expected: ${told}\n`);
for (const failure of lived.failures) process.stdout.write(`FAILED: ${failure}\n`);
process.exitCode = lived.failures.length ? 1 : 0;
