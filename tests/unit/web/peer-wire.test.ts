import { describe, expect, it } from 'vitest'
import { maxPeerMessageBytes } from '../../../src/contract/room-view.ts'
import { readLinkSignal, readPeerMessage, writePeerMessage } from '../../../src/platform/web/peer-wire.ts'

describe('a message of the data channel', () => {
  it('comes back as it was written', () => {
    const message = { kind: 'statement-logged', statementId: 's-1' } as const
    const text = writePeerMessage(message)
    expect(text.ok && readPeerMessage(text.value)).toEqual({ ok: true, value: message })
  })

  it.each([
    ['not text', new Uint8Array(3), 'it is not text'],
    ['not JSON', '{', 'it is not JSON'],
    [
      'too long',
      `"${'é'.repeat(maxPeerMessageBytes / 2)}"`,
      `it is longer than ${maxPeerMessageBytes} bytes`,
    ],
    ['an unknown kind', '{"kind":"take-over"}', 'invalid_union at kind'],
  ])('that is %s is refused in words', (_, raw, message) => {
    expect(readPeerMessage(raw)).toEqual({ ok: false, error: { kind: 'malformed-message', message } })
  })

  it('is read when a newer other end beats with more than this one knows', () => {
    const beat = {
      kind: 'heartbeat',
      n: 1,
      sentAt: 5,
      echo: null,
      received: { framesDecodedPerS: 25, audioBytesPerS: 900 },
    }
    expect(readPeerMessage(JSON.stringify({ ...beat, mood: 'good' }))).toEqual({ ok: true, value: beat })
  })

  it('is refused without quoting it', () => {
    const read = readPeerMessage(JSON.stringify({ kind: 'page', page: { escalationId: 'Doe, Jane' } }))
    expect(read.ok).toBe(false)
    expect(JSON.stringify(read)).not.toContain('Doe')
  })
})

describe('a signal', () => {
  it.each([
    { type: 'offer', sdp: 'v=0' },
    { type: 'candidate', candidate: { candidate: 'candidate:1', sdpMLineIndex: 0, sdpMid: '0' } },
    { type: 'link-stale' },
  ])('of type $type is read', (data) => {
    expect(readLinkSignal(data)).toEqual({ ok: true, value: data })
  })

  it.each([
    ['would negotiate again', { type: 'renegotiate', renegotiate: true }],
    ['has no description', { type: 'offer' }],
    ['is no object', 'offer'],
  ])('that %s is refused', (_, data) => {
    expect(readLinkSignal(data).ok).toBe(false)
  })
})
