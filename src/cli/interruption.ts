const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens to signals: the first one aborts `stop`, the second one ends the process with 130. Gives the way back to what they do without us. */
export function listen(stop: AbortController, note: (text: string) => void): () => void {
  const heard = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(130);
    note('stopping: starting nothing new; a second signal ends it at once');
    stop.abort(signal);
  };
  for (const signal of signals) process.on(signal, heard);
  return () => {
    for (const signal of signals) process.off(signal, heard);
  };
}
