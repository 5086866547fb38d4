import type { SchemaRef } from '@smithy/types';
import type { AwsError, WireRequest, WireResponse } from './message.ts';

/** The server side of one AWS wire protocol. Inputs and outputs are read and written by the SDK's own schemas. */
export interface Protocol {
  /** The operation asked for, and its parameters as they came. */
  call(request: WireRequest): { action: string; raw: unknown };
  input(schema: SchemaRef, raw: unknown): object;
  answer(action: string, schema: SchemaRef, output: object, requestId: string): WireResponse;
  refusal(error: AwsError, requestId: string): WireResponse;
}
