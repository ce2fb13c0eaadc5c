/** Decides every input; a failure names it, and the same one sends the same bytes again. */
export const seed = Number(process.env['POLAR_SEED'] ?? 7);

/** How long inputs are sent; 0: `leastRounds`, whatever that takes. */
export const forMs = Number(process.env['POLAR_FUZZ_FOR_MS'] ?? 0);

export const leastRounds = 3;
