import { oracleKinds } from '../oracle/table.ts';

/**
 * What the judge can find, one kind for each way in which a promise breaks. P1 to P6 are the promises in their order: no data
 * lost, nothing deleted without proof, the target serves, nothing twice and nothing left, the operator knows the truth, and of
 * databases that all they had is carried over. A kind is narrow, so that one that is known to fail today hides no other.
 */
export const kinds = {
  ...oracleKinds,
  'P1.last-copy': 'a snapshot was deleted, and nothing that can be read holds what it held',
  'P1.incomplete': 'an original was deleted, and its replacement does not hold all that was acknowledged',
  'P1.loading': 'an original or a snapshot was deleted while the replacement still loads blocks under the old key',
  'P2.not-ours': 'something was deleted that no call of the run has made and that nothing of the run replaces',
  'P2.not-in-place': 'an original was deleted, and its replacement does not serve in its place',
  'P2.held': 'an original was deleted before the time until which it was said to be held',
  'P3.over-and-down': 'the run is over, and the target that served is down',
  'P3.over-and-running': 'the run is over, and a target that was found stopped runs',
  'P3.untold': 'a process left the target down and did not say so, or named no next command',
  'P3.told-late': 'the time since when the target is down is told later than it was',
  'P3.told-early': 'the time since when the target is down is told earlier than it was',
  'P3.left-down': 'with nothing in its way a process left the target down before the write point',
  'P4.beside': 'a command of the operator was started while it still ran',
  'P4.again': 'a command of the operator that may not be repeated was started again, and had taken effect',
  'P4.unnamed': 'something that the run has made is left at the end without a name in the report',
  'P4.others': 'a call has changed what is neither of the run nor of its target',
  'P5.not-looked':
    'the last words of a process say how the target was a while ago, and it has neither looked again nor says that it could not',
  'P5.now-runs': 'the last words of a process say that the target runs, or is stopped, and it is not so',
  'P5.now-holds': 'the last words of a process say what the target holds, and it holds the others',
  'P5.now-swap': 'the last words of a process say what the target holds, and it holds some of both or none',
  'P5.down': 'the last words of a process say that the target is down, and it serves',
  'P5.down-unwinding': 'the target is told as down by a process that was taking back, or has taken back, and it serves',
  'P5.gone': 'the last words of a process name something as not deleted by the run, and the run has deleted it',
  'P5.there': 'the last words of a process say that something is deleted, and it is there',
  'P5.unnamed': 'the last words of a process do not name something that the run has made and that is there',
  'P5.not-made': 'the last words of a process name something as made by the run, and no call of it has made that',
  'P5.now-volume': 'what is said of an unattached volume is not so',
  'P5.status-gone': 'status names of a run that died something as not deleted by it, and the run has deleted it',
  'P5.status-there': 'status says of a run that died that something is deleted, and it is there',
  'P5.status-unnamed': 'status does not name something that a run that died has made and that is there',
  'P5.status-now': 'status says of a run that died what is not so of its target',
  'P5.status-down': 'status says of a run that died that the target is down, and it serves',
  'P5.next': 'a next command that was printed is refused when it is run',
  'P6.groups': 'a database serves with other security groups than its original had',
  'P6.protection': 'a database serves with another deletion protection than its original had',
  'P6.tags': 'a database serves with other tags than its original had',
  'P6.roles': 'a database serves with other IAM roles than its original had',
  'P6.parameter-group': 'a database serves with another parameter or option group than its original had',
  'O.unjudged': 'the table is silent, or truth can not decide which row it is',
} as const;
export type Kind = keyof typeof kinds;
