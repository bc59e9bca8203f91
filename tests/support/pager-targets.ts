import { createServer as createPlain, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { later } from './undo.ts'

export type Taken = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: what a service was sent is what these tests look into
  readonly json: () => any
}

/** A service that takes what is posted to it and answers with what `status` says. */
export async function postTarget(tls?: { readonly cert: string; readonly key: string }) {
  const taken: Taken[] = []
  const waiting: (() => void)[] = []
  const answer = { status: 202, headers: {} as Record<string, string>, delayMs: 0 }
  const server = (tls === undefined ? createPlain() : createTls(tls)).on('request', (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts)
      taken.push({
        path: request.url ?? '',
        headers: request.headers,
        body,
        json: () => JSON.parse(body.toString('utf8')),
      })
      for (const wake of waiting.splice(0)) wake()
      const { status, headers, delayMs } = answer
      setTimeout(() => response.writeHead(status, headers).end('{}'), delayMs)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  later(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://localhost:${port}`,
    host: `localhost:${port}`,
    taken,
    answer,
    /** Resolves once so many have come. */
    async count(n: number) {
      while (taken.length < n) await new Promise<void>((resolve) => waiting.push(resolve))
      return taken
    },
  }
}

export const mailAccount = { user: 'scanside', password: 'a long enough password' }

/** A mail server that insists on STARTTLS and on a password. */
export async function mailTarget(tls: { readonly cert: string; readonly key: string }) {
  const mails: { readonly to: readonly string[]; readonly text: string; readonly secure: boolean }[] = []
  const answer: { refuse: number | null } = { refuse: null }
  const server = new SMTPServer({
    cert: tls.cert,
    key: tls.key,
    authMethods: ['PLAIN'],
    onAuth: ({ username, password }, _session, done) =>
      username === mailAccount.user && password === mailAccount.password
        ? done(null, { user: username })
        : done(Object.assign(new Error('wrong user name or password'), { responseCode: 535 })),
    onRcptTo: (_address, _session, done) =>
      answer.refuse === null
        ? done()
        : done(Object.assign(new Error('not taken'), { responseCode: answer.refuse })),
    onData: (stream, session, done) => {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        mails.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          text: Buffer.concat(parts).toString('utf8'),
          secure: session.secure,
        })
        done()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  later(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as AddressInfo
  return { port, mails, answer }
}
