import type { Check } from '../verdict.ts';
import { linearizableCounter } from './counter-check.ts';
import { checkOf } from './general-check.ts';
import { appendList } from './list-check.ts';
import { mutex, semaphore } from './lock-check.ts';
import { stack, unorderedQueue } from './models/collections.ts';
import { queue } from './queue-check.ts';
import { casRegisterCheck, keyValueCheck, register } from './register-check.ts';
import { setCheck } from './set-check.ts';

/** Every check of linearizability. Those called `linearizable-…` have looser checks of the plain name elsewhere. */
export const linearChecks: readonly Check[] = [
  register,
  casRegisterCheck,
  keyValueCheck,
  appendList,
  queue,
  mutex,
  semaphore,
  checkOf(
    stack,
    'stack',
    'a stack: push, pop (nil when empty), last in, first out',
    new Set(['push', 'pop']),
    'list',
  ),
  checkOf(
    unorderedQueue,
    'unordered-queue',
    'a queue that may hand out any element it holds: enqueue, dequeue (nil when empty)',
    new Set(['enqueue', 'dequeue']),
    'list',
  ),
  setCheck,
  linearizableCounter,
];
