import type { World } from '../support/world.ts';

/** What AWS is to do or to say instead of the truth; each counts how often it lied. */
interface Falsehood {
  /** Changes what was asked before it is carried out. True when it did. */
  asked?(action: string, parameters: URLSearchParams): boolean;
  /** Changes the answer after it was carried out. */
  answered?(action: string, body: string): string;
}

export function falsify(world: World, falsehood: Falsehood): { lies: number } {
  const count = { lies: 0 };
  const honest = world.account.handle.bind(world.account);
  world.account.handle = async (request) => {
    const parameters = new URLSearchParams(request.body);
    const action = parameters.get('Action') ?? '';
    const changed = falsehood.asked?.(action, parameters) === true;
    if (changed) count.lies++;
    const answer = await honest(changed ? { ...request, body: parameters.toString() } : request);
    if (answer.kind !== 'answer' || !falsehood.answered) return answer;
    const body = falsehood.answered(action, answer.response.body);
    if (body !== answer.response.body) count.lies++;
    return { ...answer, response: { ...answer.response, body } };
  };
  return count;
}

/** Sets or removes parameters of a call; true, so that it counts. */
export function put(parameters: URLSearchParams, values: Readonly<Record<string, string | undefined>>): true {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) parameters.delete(name);
    else parameters.set(name, value);
  }
  return true;
}

/** Renames the tag with this key in a create call. */
export function retag(parameters: URLSearchParams, key: string, instead: string): true {
  for (const [name, value] of [...parameters])
    if (name.endsWith('.Key') && value === key) parameters.set(name, instead);
  return true;
}
