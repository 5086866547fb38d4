import { history } from './history.ts';

/** Replays one seed with a readable log: `npm run seed -- 42`. */
const [text = ''] = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const seed = Number(text);
if (!/^\d{1,9}$/.test(text)) {
  process.stderr.write('which seed? npm run seed -- 42 [--quiet] [--without-people]\n');
  process.exit(2);
}
const lived = await history(seed, { people: !process.argv.includes('--without-people') });
const shown = process.argv.includes('--quiet') ? lived.log.filter((line) => !/ (Describe|Get)/.test(line)) : lived.log;
process.stdout.write(`${shown.join('\n')}\n\nseed ${seed}  trace ${lived.hash}  end ${lived.end}\n`);
process.stdout.write(`${lived.processes} processes, ${lived.calls} calls, ${lived.effects} effects\n`);
for (const [name, times] of lived.faults) process.stdout.write(`  ${times} × ${name}\n`);
for (const failure of lived.failures) process.stdout.write(`FAILED: ${failure}\n`);
process.exitCode = lived.failures.length ? 1 : 0;
