/** The id under which the controller greets: all client machines live there. */
export const CONTROLLER = 'controller';

export function isClientId(id: string): boolean {
  return /^c\d+$/.test(id);
}

/** Node ids are parts of paths too. */
export function isNodeId(id: string): boolean {
  return /^[A-Za-z0-9][\w-]{0,63}$/.test(id) && !isClientId(id) && id !== CONTROLLER;
}
