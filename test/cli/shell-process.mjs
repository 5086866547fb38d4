// Runs one command after the other of what was built, and sends back how each ended: `shell` in command.ts.
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/rekey.js', import.meta.url));
const { main } = await import(new URL('../../dist/cli/main.js', import.meta.url).href);
// It prints what to type next, in the words by which it was started.
process.argv[1] = bin;

process.on('message', async ({ args, env }) => {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  const ended = { stdout: '', stderr: '', said: '' };
  const writes = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (text, done) => {
      ended[name] += text;
      ended.said += text;
      if (typeof done === 'function') done();
      return true;
    };
  }
  const code = await main(args);
  for (const name of ['stdout', 'stderr']) process[name].write = writes[name];
  process.send({ code, ...ended });
});
process.send('ready');
