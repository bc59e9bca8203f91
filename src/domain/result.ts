/** What went wrong, for a person: `message` says what, where and what to do; `kind` is for code. */
export type Problem<K extends string = string> = { readonly kind: K; readonly message: string }

/** An expected failure is a value. `throw` is kept for broken invariants. */
export type Result<T, E = Problem> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value })

export const fail = <K extends string>(kind: K, message: string): Result<never, Problem<K>> => ({
  ok: false,
  error: { kind, message },
})

/** Closes a switch over a union: a new member becomes a type error, and a broken invariant at run time. */
export function assertNever(value: never, what: string): never {
  throw new Error(`${what}: a member of the union is not handled: ${JSON.stringify(value)}`)
}
