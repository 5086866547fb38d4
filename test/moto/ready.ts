import { join } from 'node:path';
import { checkPython, program, ran, root } from './programs.ts';

/** Before any test: the clients are there, and bin/rekey.js is what the sources say. */
export default async function ready(): Promise<void> {
  for (const name of ['moto_server', 'aws', 'python3'] as const) program(name);
  await checkPython();
  const { exit, stdout, stderr } = await ran(process.execPath, [join(root, 'scripts/ready.mjs')]);
  if (exit !== 0) throw new Error(`rekey can't be built:\n${stdout}${stderr}`);
}
