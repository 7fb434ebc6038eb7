/** Where a required second factor is set up, before any page behind sign-in; a file of its own, because those pages do not need it. */
import { Address } from './address.ts';
import { next } from './entry-address.ts';

export const secondFactor = new Address('/second-factor', { next });

/**
 * What the address of an action of that page begins with. A form that is sent without script leads to the address of its
 * action, so `next` has to be part of it.
 */
export const actionsWith = (next: string) => `${secondFactor.search({ next }) || '?'}&`;
