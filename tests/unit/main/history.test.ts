import { expect, it } from 'vitest'
import { emptyFold, foldNext } from '../../../src/main/fold.ts'
import { fullStory } from '../domain/full-story.ts'
import { createScenario, observed, openSession, signIn } from '../domain/scenario.ts'

it('says who signed a recent session, and nobody before', () => {
  const { entries, sessionId } = fullStory()
  const signedAt = entries.findIndex(
    ({ type, body }) =>
      type === 'statement-received' &&
      (body as { signed: { statement: { kind: string } } }).signed.statement.kind === 'signed',
  )
  expect(signedAt).toBeGreaterThan(0)
  const signerAfter = (count: number) =>
    entries
      .slice(0, count)
      .reduce(foldNext, emptyFold)
      .history.recent.find((past) => past.sessionId === sessionId)?.signedBy
  expect(signerAfter(signedAt)).toBeNull()
  expect(signerAfter(signedAt + 1)).toBe('p-chen')
})

it('lists an abandoned session, which nobody signs', () => {
  const scenario = createScenario()
  scenario.run(signIn)
  scenario.run(openSession)
  scenario.run({ kind: 'abandon-session', reason: 'wrong patient' })
  const { recent } = scenario.entries.reduce(foldNext, emptyFold).history
  expect(recent.map(({ signedBy }) => signedBy)).toEqual([null])
  expect(scenario.state.unsigned).toEqual([])
})

it('takes no signature of something else, and none after the first that fits', () => {
  const scenario = observed()
  const { sessionId } = scenario
  scenario.run({ kind: 'close-session', disposition: 'released', note: '' })
  const { closingHash = '' } = scenario.state.unsigned[0] ?? {}
  const signer = () =>
    scenario.entries.reduce(foldNext, emptyFold).history.recent.map(({ signedBy }) => signedBy)
  scenario.hear({ kind: 'signed', sessionId, closingHash: 'f'.repeat(64) })
  expect(signer()).toEqual([null])
  scenario.hear({ kind: 'signed', sessionId, closingHash })
  expect(signer()).toEqual(['p-chen'])
  scenario.hear({ kind: 'signed', sessionId, closingHash }, 'p-rao')
  expect(signer()).toEqual(['p-chen'])
})
