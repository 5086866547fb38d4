import { caughtIn } from './in-steps-of-rds.ts';
import type { PlantedBug } from './planted-bug.ts';

const promises = 'test/promises/rds-trail.test.ts';
const judge = 'test/steps/rds/opened-meanwhile.test.ts';
const history = 'src/engine/history.ts';
const trail = 'src/aws/trail.ts';

const opened = "the original of 'an instance' stays when somebody has let clients in";
const late = "the original of 'an instance' stays also when CloudTrail shows that as late as it may";
const denied = "the original of 'an instance' goes when CloudTrail may not be asked";

/** What could go wrong with what only CloudTrail shows: a fence that was opened and closed again between two looks. */
export const rdsTrailBugs: readonly PlantedBug[] = [
  {
    name: 'what CloudTrail tells against a delete does not count',
    file: history,
    find: 'if (findings.length > 0) throw await replacementStale(effect, definition, findings);',
    replace: '',
    caughtBy: { file: promises, title: opened },
  },
  {
    name: 'what CloudTrail shows late is not waited for',
    file: history,
    find: 'await waitUntil(run.ports, until);',
    replace: '',
    caughtBy: { file: promises, title: late },
  },
  {
    name: 'that CloudTrail can not be asked is not said',
    file: history,
    find: 'if (unknown !== undefined) run.context(act.key).announce(words(input, unknown));',
    replace: '',
    caughtBy: { file: promises, title: denied },
  },
  {
    name: 'a CloudTrail that may not be asked is waited for',
    file: history,
    find: 'if (mayPass(error) && waitedMs',
    replace: 'if (waitedMs',
    caughtBy: { file: promises, title: denied },
  },
  {
    name: 'a CloudTrail that can not be reached keeps an original for days',
    file: history,
    find: 'const patienceMs = 10 * 60_000;',
    replace: 'const patienceMs = 10 * 3_600_000;',
    caughtBy: { file: promises, title: "goes after a while when CloudTrail can't be reached (reset)" },
  },
  {
    name: 'each part of an original asks CloudTrail by itself',
    file: history,
    find: 'return known.asked;',
    replace: 'return recall(effect, definition, history);',
    caughtBy: {
      file: 'test/promises/calls.test.ts',
      title: 'a whole run of a DB cluster, with an hour of hold takes its calls and no more, with seed 1',
    },
  },
  {
    name: 'only the first page of CloudTrail is read',
    file: trail,
    find: 'if (!next) return',
    replace: 'if (next || !next) return',
    caughtBy: { file: promises, title: 'stays also when the call is on a later page' },
  },
  {
    name: 'an event that can not be read did not happen',
    file: trail,
    find: 'unread.push(read);',
    replace: 'unread.slice();',
    caughtBy: { file: promises, title: "stays when CloudTrail shows something about its fence that rekey can't read" },
  },
  {
    name: 'an endless CloudTrail is taken for a whole one',
    file: trail,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a piece of code
    find: ', cut: `it has more than ${page * asked.MaxResults} events of ${AttributeValue}` };',
    replace: ' };',
    caughtBy: { file: 'test/aws/trail.test.ts', title: 'that does not come to an end says that it does not know all' },
  },
  {
    name: 'anybody can pass for a run of rekey',
    file: 'src/aws/user-agent.ts',
    find: '(?:^|[ [])rekey',
    replace: 'rekey',
    caughtBy: { file: 'test/aws/trail.test.ts', title: 'of the user agent "not-rekey/1 run/x" is of run' },
  },
  ...caughtIn(promises, [
    [
      'CloudTrail is not asked before an instance goes',
      'finish/delete.ts',
      'history: historyOf(kind),',
      '',
      "the original of 'an instance' stays when somebody has given it other security groups for a while",
    ],
    [
      'CloudTrail is not asked before the members of a cluster go',
      'finish/delete.ts',
      'history: historyOf(clusters),',
      '',
      "the original of 'a cluster' stays when somebody has let clients in through its fence",
    ],
    [
      'a proof of a fence does not note when it was taken',
      'fence/verify-fence.ts',
      "'SUCCESSFUL', [], position), provenAt }",
      "'SUCCESSFUL', [], position) }",
      "the original of 'a cluster' stays also when CloudTrail shows that as late as it may",
    ],
    [
      'a verdict does not know when the fence was proven',
      'judge/verify.ts',
      '...(provenAt && { provenAt }),',
      '',
      "the original of 'a cluster' stays when somebody has given it other security groups for a while",
    ],
    [
      'a CloudTrail that has a gap is taken for a whole one',
      'finish/history.ts',
      'ofAll.length > 0 && renamed === undefined',
      'ofAll.length < 0 && renamed === undefined',
      'an original goes when CloudTrail does not show what certainly was, which is said',
    ],
  ]),
  ...caughtIn(judge, [
    [
      'a fence that was opened to a group is no opening',
      'finish/opened-meanwhile.ts',
      'peers.filter((peer) => !declared.includes(peer))',
      "peers.filter((peer) => !declared.includes(peer) && !peer.startsWith('sg-'))",
      'a call that lets clients in to a fenced original is a rule for a group',
    ],
    [
      'who takes a declared rule away has opened the fence',
      'finish/opened-meanwhile.ts',
      'if (peers.length > 0 && others.length === 0) return undefined;',
      '',
      'is not such a rule taken away',
    ],
    [
      'a rule of another group opens the fence',
      'finish/opened-meanwhile.ts',
      'if (!rules || !mentions(request, fence)) return undefined;',
      'if (!rules) return undefined;',
      'is not a changed rule of another group',
    ],
    [
      'a call is known by the name of a database, and not by its id',
      'finish/opened-meanwhile.ts',
      'if (id !== undefined && id !== of.original) return undefined;',
      'if (id !== undefined && !namesAt(call.at, of, renamed).includes(String(request[identifier]))) return undefined;',
      'is other groups, by the id of the answer',
    ],
    [
      'what another run of rekey has done is taken for ours',
      'finish/opened-meanwhile.ts',
      'call.run === of.run)',
      'call.run !== undefined)',
      'is other groups by its name, of another run',
    ],
    [
      'what this run has done to the original itself does not count',
      'finish/opened-meanwhile.ts',
      'if (id === undefined && (!named || call.run === of.run)) return undefined;',
      'if (call.run === of.run || (id === undefined && !named)) return undefined;',
      'is other groups, of this very run, by the id of the answer',
    ],
    [
      'a refused call has opened the fence',
      'finish/opened-meanwhile.ts',
      'if (call.error !== undefined && !isInDoubt(call.error)) return undefined;',
      '',
      'is not what was refused',
    ],
    [
      'a call whose refusal is in doubt has not happened',
      'finish/opened-meanwhile.ts',
      'call.error !== undefined && !isInDoubt(call.error)',
      'call.error !== undefined',
      'is what may have been done although it was refused',
    ],
    [
      'the Data API that somebody has switched on is no opening',
      'finish/opened-meanwhile.ts',
      "if (call.call === 'rds:EnableHttpEndpoint') {",
      "if (call.call === 'rds:DisableHttpEndpoint') {",
      'is the Data API of a cluster',
    ],
  ]),
];
