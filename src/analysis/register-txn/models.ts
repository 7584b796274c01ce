import { canonicalModel, implies } from '../models.ts';
import type { Isolation, Order } from './question.ts';

/** The model that an isolation with an order of transactions amounts to. */
export const modelOf: Readonly<Record<Isolation, Readonly<Record<Order, string>>>> = {
  serializable: { none: 'PL-3', process: 'strong-session-serializable', realtime: 'PL-SS' },
  snapshot: { none: 'PL-SI', process: 'strong-session-SI', realtime: 'strong-SI' },
};

export const ORDERS: readonly Order[] = ['none', 'process', 'realtime'];

/** The weakest of these that a model needs for its proof: whatever satisfies it satisfies the model. */
export function needed(model: string): { readonly isolation: Isolation; readonly order: Order } {
  for (const isolation of ['snapshot', 'serializable'] as const)
    for (const order of ORDERS) if (implies(modelOf[isolation][order], model)) return { isolation, order };
  return { isolation: 'serializable', order: 'realtime' };
}

/** Whether the answer to `needed` decides the model: where the proof fails, the model is violated. */
export function decided(model: string): boolean {
  const { isolation, order } = needed(model);
  // Without predicates, repeatable read forbids the same cycles as serializability.
  return canonicalModel(model) === modelOf[isolation][order] || canonicalModel(model) === 'PL-2.99';
}

/** Models about sessions and causality, which the weak engine settles. */
export function usesProcess(model: string): boolean {
  return implies(model, 'strong-session-PL-1');
}

export function usesRealtime(model: string): boolean {
  return implies(model, 'strong-PL-1') || implies(model, 'linearizable');
}
