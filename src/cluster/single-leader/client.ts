import type { ClientHost, ClientMachine, ClientSetup } from '../client.ts';
import type { NodeId } from '../host.ts';
import { type ClientView, LeaderClient } from '../leader-client.ts';
import type { SingleLeaderOptions } from './options.ts';

/** Attempts of one operation whose fate is unknown; the session makes them one. */
const RETRIES = 8;

/** Nanoseconds for which a client believes what it last heard of who leads, before it asks its home node again. */
const DISCOVERY = 500_000_000;

/**
 * The client of a single-leader cluster: it writes to the leader and reads where the options say.
 *
 * It finds the leader as clients behind a name service do, by asking its own node again from time to time, even while
 * the leader it knows goes on answering. So after a failover clients learn of the new leader one by one, each from
 * whom its node follows; a client that only ever left a leader that is silent would not notice a second one.
 */
export function singleLeaderClient(
  host: ClientHost,
  options: SingleLeaderOptions,
  setup: ClientSetup,
): ClientMachine {
  const { nodes } = setup;
  let asked = host.monotonic();
  let replica = nodes.indexOf(setup.home);

  const readAt = (id: number, attempt: number): NodeId | undefined => {
    if (options.reads === 'leader') return undefined;
    if (options.reads === 'any-follower') {
      const draw = attempt === 0 ? host.random('replica', id) : host.random('replica', id, attempt);
      return nodes[Math.floor(draw * nodes.length)]!;
    }
    // Sticky: the next node only when this one does not answer, and then for good.
    if (attempt > 0) replica = (replica + 1) % nodes.length;
    return nodes[replica]!;
  };

  const discover = (attempt: number): NodeId | undefined => {
    if (attempt > 0 || host.monotonic() - asked < DISCOVERY) return undefined;
    asked = host.monotonic();
    return setup.home;
  };

  const route = (request: { readonly id: number }, view: ClientView): NodeId | undefined =>
    (view.reads ? readAt(request.id, view.attempt) : undefined) ?? discover(view.attempt);
  return new LeaderClient(host, { sessions: true, retries: RETRIES, route }, setup);
}
