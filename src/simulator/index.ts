/** The simulated AWS account as a library: made of a scenario, called in the same process or over HTTP. */

export { type Account, type Answer, type Call, createAccount } from './account.ts';
export type { Action } from './action.ts';
export { connectionTo } from './connection.ts';
export type { FaultRule } from './faults.ts';
export { parseScenario, type Scenario, type ScenarioInput, scenarioOf } from './scenario.ts';
export { type ServeOptions, serve } from './server.ts';
export type { AccountState } from './state.ts';
