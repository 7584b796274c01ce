import { z } from 'zod';
import { duration } from './duration.ts';

/**
 * The explicit form of a run, line by line: operations with id, process and not-before time, and faults with a time or
 * an event to wait for, concrete targets and their heal. Every run writes it; either form runs.
 */

const node = z.string().min(1);
const nodes = z.array(node).min(1);
const links = z.array(z.tuple([node, node])).min(1);
const share = z.number().min(0).max(1);

/**
 * The elementary actions (see worlds/world.ts). In an explicit plan a node may also be `$node`, the node whose event
 * set the fault off, `$others`, all nodes but that one, or `*`, all nodes; links are then all pairs of the two sides.
 */
export const action = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['kill', 'power-failure', 'start', 'pause', 'resume']), nodes }),
  z.strictObject({ do: z.literal('cut'), links, held: z.boolean().optional() }),
  z.strictObject({ do: z.literal('mend'), links }),
  z.strictObject({
    do: z.literal('degrade'),
    links,
    loss: share.optional(),
    duplicate: share.optional(),
    delay: z.tuple([duration, duration]).optional(),
  }),
  z.strictObject({ do: z.literal('restore'), links }),
  z.strictObject({ do: z.literal('bump'), nodes, by: z.number().int() }),
  z.strictObject({ do: z.literal('drift'), nodes, rate: z.number().min(0.25).max(4) }),
  z.strictObject({
    do: z.literal('strobe'),
    nodes,
    by: z.number().int(),
    period: z.number().int().positive(),
  }),
  z.strictObject({ do: z.literal('reset-clock'), nodes }),
]);

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What to wait for: the `count`th match since the load began, and then `after` more. */
export const trigger = z
  .strictObject({
    /** A cluster event with these fields, `type` and `node` among them. */
    event: z.record(z.string(), scalar).optional(),
    /** A completed operation: `{f: "add", type: "ok", workload: "set"}`. */
    op: z
      .strictObject({
        f: z.string().optional(),
        type: z.enum(['ok', 'fail', 'info']).optional(),
        workload: z.string().optional(),
      })
      .optional(),
    /** The beginning of another fault of this schedule, by its id. */
    fault: z.number().int().min(0).optional(),
    count: z.number().int().positive().default(1),
    after: duration.default(0),
  })
  .refine((t) => [t.event, t.op, t.fault].filter((x) => x !== undefined).length === 1, {
    message: 'name exactly one of event, op, fault',
  });
export type Trigger = z.infer<typeof trigger>;

export const opLine = z.strictObject({
  op: z.number().int().min(0),
  /** Decides the thread (process modulo concurrency); the process recorded is the one that thread is then. */
  process: z.number().int().min(0),
  /** Not before this time: nanoseconds since the world began, or a duration. */
  time: duration,
  f: z.string(),
  value: z.json(),
  workload: z.string(),
});
export type OpLine = z.infer<typeof opLine>;

export const faultLine = z
  .strictObject({
    fault: z.number().int().min(0),
    nemesis: z.string(),
    f: z.string(),
    value: z.json().default(null),
    time: duration.optional(),
    when: trigger.optional(),
    begin: z.array(action).min(1),
    /** When and how it is undone; at the end of the load at the latest. */
    heal: z.strictObject({
      after: duration.optional(),
      when: trigger.optional(),
      actions: z.array(action),
    }),
  })
  .refine((f) => (f.time === undefined) !== (f.when === undefined), {
    message: 'give either a time or an event to wait for in `when`',
  });
export type FaultLine = z.infer<typeof faultLine>;

export type ScheduleLine = OpLine | FaultLine;
export const scheduleLine = z.union([opLine, faultLine]);

export function isFault(line: ScheduleLine): line is FaultLine {
  return 'fault' in line;
}
