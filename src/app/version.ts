import { readFileSync } from 'node:fs';

/** The package's directory, where its plans and scenarios are. */
export const packageRoot = new URL('../../', import.meta.url);

/** This rekey's version, as package.json says. */
export function version(): string {
  const found: unknown = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8'));
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : '0.0.0';
}
