import { describe, expect, it } from 'vitest'
import type { Durability } from '../../../src/contract/ipc.ts'
import { quitWords } from '../../../src/main/quit-words.ts'

const problem = { kind: 'chain-broken', message: 'entry 5: wrong-hash' }

describe('the question before an end', () => {
  it.each<[Durability, boolean]>([
    [{ kind: 'durable' }, true],
    [{ kind: 'doubted', problem, resumes: true }, true],
    [{ kind: 'doubted', problem, resumes: false }, false],
    [{ kind: 'volatile', problem, isRetried: false }, false],
    [{ kind: 'volatile', problem, isRetried: true }, false],
  ])('promises that the next start goes on only where it does: %j', (durability, goesOn) => {
    const { message, detail } = quitWords('session', durability)
    expect(message).toBe('A supervised session is open. Quit Scanside all the same?')
    expect(
      detail.endsWith(
        goesOn ? 'the next start goes on from here.' : 'the next start cannot go on from here.',
      ),
    ).toBe(true)
    expect(/lost/.test(detail)).toBe(durability.kind === 'volatile')
  })
})
