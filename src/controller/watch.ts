import type { Trigger } from '../schedule.ts';
import type { ObservedEvent } from '../worlds/world.ts';
import type { Completion } from './driver.ts';

/** Waits for the count-th match of a trigger, then fires once, with the node that the match names. */
export class Watch {
  private readonly trigger: Trigger;
  private readonly fire: (node: string | undefined) => void;
  private left: number;

  constructor(trigger: Trigger, fire: (node: string | undefined) => void) {
    this.trigger = trigger;
    this.fire = fire;
    this.left = trigger.count;
  }

  event(observed: ObservedEvent): void {
    const wanted = this.trigger.event;
    if (wanted === undefined) return;
    const fields = { ...observed.event, node: observed.node } as { readonly [field: string]: unknown };
    if (Object.entries(wanted).every(([field, value]) => fields[field] === value)) this.match(observed.node);
  }

  completion(completion: Completion): void {
    const wanted = this.trigger.op;
    if (wanted === undefined) return;
    if (wanted.f !== undefined && wanted.f !== completion.f) return;
    if (wanted.type !== undefined && wanted.type !== completion.type) return;
    if (wanted.workload !== undefined && wanted.workload !== completion.workload) return;
    this.match(completion.node);
  }

  fault(id: number): void {
    if (this.trigger.fault === id) this.match(undefined);
  }

  private match(node: string | undefined): void {
    if (this.left > 0 && --this.left === 0) this.fire(node);
  }
}
