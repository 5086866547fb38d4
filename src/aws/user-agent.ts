const name = 'run';

/** What the calls of a run carry in their user agent, `run/<its id>`, as a name and a version. */
export function agentOf(run: string): [string, string] {
  return [name, run];
}

/** The run for which a call was made, by its user agent: anybody can write one. Undefined where it names none. */
export function runIn(userAgent: string): string | undefined {
  return /(?:^|[ [])rekey\/\S+ run\/([\w-]{1,64})(?=$|[\] ])/.exec(userAgent)?.[1];
}
