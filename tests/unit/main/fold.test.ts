import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  emptyFold,
  type Fold,
  foldNext,
  foldVersion,
  isSameFold,
  readFold,
  writeFold,
} from '../../../src/main/fold.ts'
import { fullStory } from '../domain/full-story.ts'

const { entries } = fullStory()
const folds: Fold[] = []
for (const entry of entries) folds.push(foldNext(folds.at(-1) ?? emptyFold, entry))

describe('a fold that is kept', () => {
  it('has another version whenever a day of work folds to something else', () => {
    const hash = createHash('sha256').update(folds.map(writeFold).join('\n')).digest('hex')
    expect(
      { foldVersion, hash },
      'The day folds to another state or history than before (or the day itself was changed). Raise `foldVersion` in src/main/fold.ts, so that no workstation goes on from a fold of the old kind, and put the new hash here.',
    ).toEqual({ foldVersion: 13, hash: '4d13465038b87530bdbd7c30bb0b001f485f476b3598a829ca2c6df5988789e7' })
  })

  it('is read as it was, at any entry of the day', () => {
    for (const fold of folds) expect(readFold(fold.seq, writeFold(fold))).toEqual(fold)
  })

  it('goes on to the same end from any entry of the day', () => {
    for (const [index, fold] of folds.entries()) {
      const kept = readFold(fold.seq, writeFold(fold)) ?? emptyFold
      expect(isSameFold(entries.slice(index + 1).reduce(foldNext, kept), folds.at(-1) ?? emptyFold)).toBe(
        true,
      )
    }
  })

  const kept = (): Record<string, unknown> & { state: Record<string, unknown> } =>
    JSON.parse(writeFold(folds[20] ?? emptyFold))
  it.each([
    ['of another version', () => ({ ...kept(), foldVersion: foldVersion + 1 })],
    ['that says more than ours', () => ({ ...kept(), state: { ...kept().state, mood: 'good' } })],
    [
      'that says less',
      () => {
        const { gap: _, ...state } = kept().state
        return { ...kept(), state }
      },
    ],
    [
      'with a step that we do not have',
      () => ({ ...kept(), state: { ...kept().state, session: { kind: 'paused' } } }),
    ],
    ['that is none', () => null],
  ])('is not used: one %s', (_, value) => {
    expect(readFold(1, JSON.stringify(value()))).toBeUndefined()
  })

  it('is not used: one that is cut off', () => {
    expect(readFold(1, writeFold(emptyFold).slice(0, -5))).toBeUndefined()
  })

  it('differs from another by what it says, not by the order in which it says it', () => {
    const fold = folds.at(-1) ?? emptyFold
    const { gap, ...rest } = fold.state
    expect(isSameFold(fold, { ...fold, state: { ...rest, gap } })).toBe(true)
    expect(
      isSameFold(fold, {
        ...fold,
        state: { ...fold.state, operator: { kind: 'locked', technologistId: 'x' } },
      }),
    ).toBe(false)
    expect(isSameFold(fold, { ...fold, history: { ...fold.history, recent: [] } })).toBe(false)
  })
})
