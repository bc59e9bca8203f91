import type { Problem } from '../../domain/result.ts'

/** Names why a connection to the hub could not be made, from Node's code down the chain of causes. */
export function networkProblem(hub: string, error: unknown): Problem {
  const code = codeOf(error)
  const certificate = certificateWords(code)
  if (certificate !== undefined) {
    const message = `The certificate of ${hub} is not accepted: ${certificate}.`
    return { kind: 'wrong-certificate', message }
  }
  return { kind: 'unreachable', message: `The hub ${hub} cannot be reached: ${reachWords(code, error)}.` }
}

function certificateWords(code: string): string | undefined {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'it is self-signed. Have it issued by an authority that this computer trusts, or install it as trusted'
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return "this computer does not know its issuer. Install the site's root certificate, or have the hub send the whole chain"
    case 'CERT_HAS_EXPIRED':
      return 'it has expired. Renew it on the hub, and check the clock of this computer'
    case 'CERT_NOT_YET_VALID':
      return 'it is not valid yet. Check the clock of this computer'
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'it is for another name than this address. Use the name that is in the certificate'
    case 'CERT_REVOKED':
      return 'it has been revoked. Ask your IT for the right hub'
    default:
      return /^(CERT_|ERR_TLS_CERT|CA_|INVALID_CA|PATH_LENGTH|HOSTNAME_MISMATCH)/.test(code)
        ? `it fails verification (${code})`
        : undefined
  }
}

function reachWords(code: string, error: unknown): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there. Check the port, and that the hub is running'
    case 'ENOTFOUND':
      return 'its name is not known. Check the spelling, and the DNS of this network'
    case 'EAI_AGAIN':
      return 'names cannot be looked up now. Check the network cable and the DNS'
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
    case 'TimeoutError':
      return 'it does not answer in time. A firewall may be in between'
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return 'there is no network path to it. Check the network cable'
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return 'the connection was cut'
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'what listens there does not speak TLS. Check the port'
    case 'AbortError':
      return 'the attempt was given up'
    default:
      return code === '' ? (error instanceof Error ? error.message : String(error)) : code
  }
}

/** The innermost code of a chain of causes; `fetch failed` alone says nothing. */
function codeOf(error: unknown): string {
  let found = ''
  let at: unknown = error
  for (let depth = 0; typeof at === 'object' && at !== null && depth < 8; depth += 1) {
    if ('code' in at && typeof at.code === 'string') found = at.code
    else if ('name' in at && (at.name === 'TimeoutError' || at.name === 'AbortError')) found = at.name
    at = innerOf(at)
  }
  return found
}

/** Happy Eyeballs gathers one failure per address; a web socket's error event holds its own. */
function innerOf(error: object): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0]
  if ('cause' in error && error.cause !== undefined) return error.cause
  if ('description' in error) return error.description
  return 'error' in error ? error.error : undefined
}
