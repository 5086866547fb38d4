/**
 * `fetch`, on a connection that ends with its answer. One that is kept open has a timer, which is never taken off once another
 * test of the same process has put virtual timers in the place of the real ones: five minutes later it finds its parser gone.
 */
export function closingFetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } });
}
