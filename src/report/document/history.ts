import { formatOf, type JournalRecord, type Owner } from '../../contract/record.ts';
import type { Said } from './schema.ts';

/** What became of a run: its processes, commands, stops and ends, in the order of its journal. */
export function historyOf(records: readonly JournalRecord[]): Said[] {
  return records.flatMap((record): Said[] => {
    const at = record.at;
    switch (record.t) {
      case 'open': {
        const over = record.tookOver ? ', took over from a runner of which nobody knew whether it lived,' : '';
        const text = `a process${over} began to write the journal: ${ownerText(record.by)}, format ${formatOf(record)}`;
        return [{ at, plan: null, kind: 'process', text }];
      }
      case 'command':
        return [{ at, plan: null, kind: 'command', text: commandText(record) }];
      case 'interrupted':
        return [{ at, plan: null, kind: 'interrupted', text: `the process was asked to end (${record.signal})` }];
      case 'stopped':
        return [{ at, plan: record.plan, kind: 'stopped', text: `${record.stop.error}: ${record.stop.message}` }];
      case 'unwinding': {
        const why = record.stop ? `, since ${record.stop.error}: ${record.stop.message}` : ', as the operator asked';
        return [{ at, plan: record.plan, kind: 'unwinding', text: `it is taken back${why}` }];
      }
      case 'unwound': {
        const text = record.turned === undefined ? 'all was taken back' : `it goes forward after all: ${record.turned}`;
        return [{ at, plan: record.plan, kind: 'unwound', text }];
      }
      case 'finished':
        return [{ at, plan: record.plan, kind: 'finished', text: record.status }];
      default:
        return [];
    }
  });
}

const ownerText = ({ host, pid }: Owner) => `process ${pid} on ${host}`;

function commandText({ command, options }: JournalRecord & { readonly t: 'command' }): string {
  const given = Object.entries(options).filter(([, value]) => value !== false && value !== null);
  const words = given.map(([name, value]) => (value === true ? name : `${name}=${JSON.stringify(value)}`));
  return [command, ...words].join(' ');
}

/** What was seen or said while it went: other people's changes among it, in the order of the journal. */
export function seenOf(records: readonly JournalRecord[]): Said[] {
  return records.flatMap((record): Said[] => {
    const at = record.at;
    switch (record.t) {
      case 'announced':
        return [{ at, plan: record.plan, kind: 'announced', step: record.step, text: record.text }];
      case 'write-point': {
        const who = record.key === null ? ', and not by a call of this run' : '';
        const text = `from here on the replacements may be written to${who}: ${record.reason}`;
        return [{ at, plan: record.plan, kind: 'write-point', text }];
      }
      case 'lived': {
        const text = `the target was seen to run on ${record.ids.join(', ')}, which may hold writes: ${record.reason}`;
        return [{ at, plan: record.plan, kind: 'lived', text }];
      }
      case 'drifted': {
        const changed = `somebody has changed the target in the middle of the cut-over: ${record.differences.join('; ')}`;
        const text = record.differences.length > 0 ? changed : 'the change of the target counts no more';
        return [{ at, plan: record.plan, kind: 'drifted', text }];
      }
      case 'stale': {
        const text = `${record.original} may hold what its replacement lacks: ${record.findings.join('; ')}`;
        return [{ at, plan: record.plan, kind: 'stale', text }];
      }
      case 'looked':
        return record.observation === null
          ? [
              {
                at,
                plan: record.plan,
                kind: 'unseen',
                text: `how the target is could not be found out: ${record.why ?? ''}`,
              },
            ]
          : [];
      default:
        return [];
    }
  });
}
