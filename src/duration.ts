import { z } from 'zod';
import { DURATION_FORM, parseDuration } from './nanoseconds.ts';

export * from './nanoseconds.ts';

/**
 * A duration in a plan: text with a unit, or nanoseconds as a whole number, so that validated options validate again.
 * Give defaults with `.prefault('75ms')`: they are then shown as a person would write them.
 */
export const duration = z.union([z.string(), z.number()]).transform((value, context): number => {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && value >= 0) return value;
    context.addIssue({ code: 'custom', message: `expected whole nanoseconds or ${DURATION_FORM}` });
    return z.NEVER;
  }
  try {
    return parseDuration(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});
