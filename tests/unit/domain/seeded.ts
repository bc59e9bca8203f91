const given = process.env.FAST_CHECK_SEED

/** One seed for all random tests of a file, printed so that a failure can be repeated. */
export const seed = given === undefined ? Date.now() % 2 ** 31 : Number(given)

console.log(`fast-check seed ${seed} (FAST_CHECK_SEED=${seed} repeats it)`)

export const runs = (numRuns: number) => ({ seed, numRuns })
