import { expect, it } from 'vitest'
import { createVoices } from '../../../src/physician/media/room-voice.ts'
import { createVoicedLinks } from '../../../src/physician/rooms/voiced-links.ts'
import type { LocalMedia } from '../../../src/platform/web/local-media.ts'
import type { ConsoleLinksOptions } from '../../../src/platform/web/session-links.ts'

const noMedia: LocalMedia = {
  tracks: () => ({ audio: null, video: null }),
  onChange: () => () => undefined,
  level: () => 0,
  close: () => undefined,
}

it('a room in front on a page that is hidden is told so, and no other room is', () => {
  const voices = createVoices(noMedia)
  const made: ConsoleLinksOptions[] = []
  let visible = true
  const links = createVoicedLinks({
    voices,
    isVisible: () => visible,
    ice: { servers: [], relayOnly: false },
    create: (options) => {
      made.push(options)
      return {
        handleSignal: () => undefined,
        send: () => false,
        setIce: () => undefined,
        retryNow: () => undefined,
        drop: () => undefined,
        close: () => undefined,
      }
    },
    onSignal: () => undefined,
    onMessage: () => undefined,
    onOpen: () => undefined,
    onMeasured: () => undefined,
    onStream: () => undefined,
  })
  for (const room of ['ct-2', 'mr-1']) links.handleSignal(room, { epoch: 1, signal: {} } as never)
  const told = () => ['ct-2', 'mr-1'].map((room) => made[0]?.attention(room).front)
  voices.speak({ frontRoomId: 'ct-2', muted: false })
  expect(told()).toEqual(['this-room', 'another-room'])
  visible = false
  expect(told()).toEqual(['hidden', 'another-room'])
  visible = true
  expect(told()).toEqual(['this-room', 'another-room'])
})
