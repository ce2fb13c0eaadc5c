import { fileURLToPath } from 'node:url';

/** The package's root, where the product's own flows are. */
export const productDir = fileURLToPath(new URL('../../', import.meta.url));
