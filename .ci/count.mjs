// Reads what .ci/run has done, prints the slowest parts and, last, `N passed, N failed`. Ends with 1 when anything is red.
//   node .ci/count.mjs FOLDER
// FOLDER holds `steps` (one line a step: seconds, exit code, name of its report or "-", title) and vitest's reports.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const folder = process.argv[2] ?? '.';
const steps = lines('steps').map((line) => {
  const [seconds = '', exit = '', report = '', ...title] = line.split('\t');
  return { seconds: Number(seconds), exit: Number(exit), report, title: title.join('\t') };
});
const results = steps.map((step) => ({ ...step, ...counted(step) }));
const sum = (kind) => results.reduce((total, result) => total + result[kind], 0);

print('');
print('Steps:');
for (const { seconds, title, exit, passed, failed, tests } of results) {
  const state = exit === 0 && failed === 0 ? 'ok ' : 'RED';
  print(
    `  ${state} ${seconds.toFixed(0).padStart(4)} s  ${title}${tests ? `: ${passed} passed, ${failed} failed` : ''}`,
  );
}
const files = results.flatMap(({ files, title }) => files.map((file) => ({ ...file, title })));
files.sort((a, b) => b.seconds - a.seconds);
print('Slowest test files:');
for (const { seconds, name, title } of files.slice(0, 10)) {
  print(`  ${seconds.toFixed(1).padStart(8)} s  ${name} (${title})`);
}
for (const { title, failures } of results) {
  for (const failure of failures) print(`RED in ${title}: ${failure}`);
}
print(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = steps.length > 0 && sum('failed') === 0 ? 0 : 1;

/** The tests of a step. A red step without a red test (lint, a crash, a report that is missing) counts as one failed. */
function counted({ exit, report, title }) {
  const none = {
    passed: 0,
    failed: exit === 0 ? 0 : 1,
    tests: false,
    files: [],
    failures: exit === 0 ? [] : [`${title} ended with ${exit}`],
  };
  if (report === '-') return none;
  const path = join(folder, report);
  if (!existsSync(path)) return { ...none, failed: 1, failures: [`${title} left no report`] };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'));
  const failures = testResults.flatMap((file) => [
    ...file.assertionResults.filter((one) => one.status === 'failed').map((one) => `${nameOf(file)}: ${one.fullName}`),
    // A file that could not even be loaded has no tests to fail.
    ...(file.status === 'failed' && file.assertionResults.length === 0 ? [`${nameOf(file)}: ${file.message}`] : []),
  ]);
  const hidden =
    numPassedTests === 0
      ? [`${title} ran no test`]
      : exit !== 0 && failures.length === 0 && numFailedTests === 0
        ? none.failures
        : [];
  return {
    passed: numPassedTests,
    failed: Math.max(numFailedTests, failures.length) + hidden.length,
    tests: true,
    files: testResults.map((file) => ({ name: nameOf(file), seconds: (file.endTime - file.startTime) / 1000 })),
    failures: [...failures, ...hidden],
  };
}

function nameOf({ name }) {
  return relative(process.cwd(), name);
}

function lines(name) {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
