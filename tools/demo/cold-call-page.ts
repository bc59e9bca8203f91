import SimplePeer from 'simple-peer/simplepeer.min.js'

/** One end of a plain simple-peer call, as an application without a warm link would make it. */
declare global {
  interface Window {
    /** Opens camera and microphone: not counted, a shift's first call alone pays for it. */
    prepareCall: () => Promise<void>
    /** Waits for a call and answers it; resolves with the wall clock at the first decoded picture. */
    answerCall: () => Promise<number>
    /** Calls; resolves with the wall clock at the start. */
    startCall: () => number
  }
}

// Signals cost next to nothing here, which is more than a hub on the way could offer.
const signals = new BroadcastChannel('cold-call')
let stream: MediaStream | null = null

function openPeer(initiator: boolean) {
  if (stream === null) throw new Error('prepareCall comes first')
  const peer = new SimplePeer({ initiator, stream })
  const from = initiator ? 'caller' : 'called'
  peer.on('signal', (data) => signals.postMessage({ from, data: JSON.stringify(data) }))
  signals.addEventListener('message', ({ data: message }) => {
    if (message.from !== from && !peer.destroyed) peer.signal(JSON.parse(message.data))
  })
  return peer
}

window.prepareCall = async () => {
  stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true })
}

window.answerCall = () =>
  new Promise((resolve, reject) => {
    const giveUp = setTimeout(() => reject(new Error('no picture within 15 s')), 15_000)
    const peer = openPeer(false)
    peer.on('error', reject)
    peer.on('stream', (incoming) => {
      const video = document.createElement('video')
      video.autoplay = true
      video.muted = true
      video.srcObject = incoming
      document.body.append(video)
      video.requestVideoFrameCallback(() => {
        clearTimeout(giveUp)
        resolve(Date.now())
      })
    })
  })

window.startCall = () => {
  const startedAt = Date.now()
  openPeer(true).on('error', (error) => console.error(error))
  return startedAt
}
