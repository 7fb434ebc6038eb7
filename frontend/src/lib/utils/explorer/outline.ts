/** The API's schema, as it was when the console was built. */
import data from '#lib/graphql/outline.json' with { type: 'json' };
import type { Outline } from '#lib/types/outline.ts';

/** The generator writes it so; as JSON its words have no narrower types than text. */
export const outline = data.types as Outline;
