import type { World } from '../world.ts';

// By the storage or the snapshot that holds them: passwords are data, and travel with it.
const held = new WeakMap<World, WeakMap<object, Map<string, string>>>();

function passwordsIn(world: World, holder: object): Map<string, string> {
  const all = held.get(world) ?? new WeakMap<object, Map<string, string>>();
  held.set(world, all);
  const known = all.get(holder) ?? new Map<string, string>();
  all.set(holder, known);
  return known;
}

/** Sets a password in the storage of a database. */
export function setPassword(world: World, storage: object, user: string, password: string): void {
  passwordsIn(world, storage).set(user, password);
}

/** Has a snapshot, a copy or a restored database hold the passwords that its source has now. */
export function carryPasswords(world: World, from: object, to: object): void {
  for (const [user, password] of passwordsIn(world, from)) passwordsIn(world, to).set(user, password);
}

/** Whether the account knows the user's password there; all users that it does not know are let in with any. */
export function knowsUser(world: World, storage: object, user: string): boolean {
  return passwordsIn(world, storage).has(user);
}

/** Whether a login is let in. */
export function letsLogIn(world: World, storage: object, user: string, password: string): boolean {
  const known = passwordsIn(world, storage);
  return !known.has(user) || known.get(user) === password;
}
