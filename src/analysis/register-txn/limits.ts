/** Versions of one key above which their order is not closed: the bits of the closure grow with the square. */
export const CLOSURE_LIMIT = 8192;

/** Pairs of versions of unknown order above which no search is begun. */
export const PAIR_LIMIT = 1_000_000;

/** Solver runs that the search for a small contradiction may take. */
export const SHRINK_RUNS = 300;

/** Choices that the first look for a serial order may take back without getting further. */
export const PATIENCE = 50_000;

/** Transactions above which a history that is refuted is not searched for weaker models that fail too. */
export const DEEP_LIMIT = 5_000;
