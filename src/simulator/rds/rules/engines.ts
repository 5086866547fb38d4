const mainPort: Readonly<Record<string, number>> = { postgres: 5432, mysql: 3306, mariadb: 3306 };

/** What clients speak with an engine: Aurora speaks the language of what it is compatible with, and MariaDB that of MySQL. */
export function languageOf(engine: string): string {
  if (engine === 'aurora-postgresql') return 'postgres';
  return engine === 'aurora-mysql' || engine === 'mariadb' ? 'mysql' : engine;
}

export function portOf(engine: string): number {
  return mainPort[languageOf(engine)] ?? 1433;
}

function majorOf(engine: string, version: string): string {
  const [first = '', second = ''] = version.split('.');
  // PostgreSQL counts majors by one number, the others by two.
  return languageOf(engine) === 'postgres' || second === '' ? first : `${first}.${second}`;
}

/** The family of parameter groups of an engine's version. */
export function familyOf(engine: string, version: string): string {
  return `${engine}${majorOf(engine, version)}`;
}

export function defaultOptionGroup(engine: string, version: string): string {
  return `default:${engine}-${majorOf(engine, version).replace('.', '-')}`;
}
