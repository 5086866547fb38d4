/** What a signal from outside asks of a run: first to end in order, then at once. */
export interface Interruption {
  /** Resolves some seconds after the first signal, when ending in order has taken too long. */
  readonly overdue: Promise<'overdue'>;
  /** Signals do again what they do without us. */
  release(): void;
}

// A person or a supervisor waits five seconds; printing needs the rest.
const patienceMs = 4_500;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens to signals. At the first one `stop` is aborted and `first` called; at the second one the process exits with 130. */
export function listen(stop: AbortController, first: (signal: string) => void): Interruption {
  let timer: NodeJS.Timeout | undefined;
  let tooLate: (value: 'overdue') => void;
  const overdue = new Promise<'overdue'>((resolve) => {
    tooLate = resolve;
  });
  const heard = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(130);
    timer = setTimeout(() => tooLate('overdue'), patienceMs);
    stop.abort();
    first(signal);
  };
  for (const signal of signals) process.on(signal, heard);
  return {
    overdue,
    release() {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, heard);
    },
  };
}
