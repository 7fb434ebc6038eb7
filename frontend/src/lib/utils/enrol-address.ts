/** Where a required second factor is set up, before any page behind sign-in; a file of its own, because those pages do not need it. */
import { Address } from './address.ts';
import { next } from './entry-address.ts';

export const secondFactor = new Address('/second-factor', { next });
