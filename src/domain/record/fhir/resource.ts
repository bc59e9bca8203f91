import type { Sha256Hex } from '../../log/entry.ts'

/** What a resource is written from. What is absent or empty is left out of the resource: FHIR knows no empty value. */
export type Draft =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Draft[]
  | { readonly [member: string]: Draft }

export type Json = string | number | boolean | readonly Json[] | { readonly [member: string]: Json }
export type Resource = { readonly resourceType: string; readonly id: string; readonly [member: string]: Json }

export type Reference = { readonly reference: string; readonly display?: string | undefined }

/** One resource under the name by which the others of its document refer to it. */
export type Entry = { readonly fullUrl: string; readonly resource: Resource }

/**
 * Names that stay the same for the same thing of the same session: sending a record again replaces what was sent before.
 * @param sha256 the names are made from hashes, because the domain has no randomness
 */
export function createIds(sessionId: string, sha256: Sha256Hex): (kind: string, key: string) => string {
  return (kind, key) => {
    const hash = sha256(JSON.stringify([sessionId, kind, key]))
    // RFC 9562: version 8 is ours to fill, all but the version and the variant.
    const variant = ((Number.parseInt(hash.charAt(16), 16) & 3) | 8).toString(16)
    return [
      hash.slice(0, 8),
      hash.slice(8, 12),
      `8${hash.slice(13, 16)}`,
      `${variant}${hash.slice(17, 20)}`,
      hash.slice(20, 32),
    ].join('-')
  }
}

export const urn = (id: string): string => `urn:uuid:${id}`

export const entry = (
  resourceType: string,
  id: string,
  members: { readonly [member: string]: Draft },
): Entry => ({
  fullUrl: urn(id),
  resource: { resourceType, id, ...(pruned(members) as { readonly [member: string]: Json }) },
})

export const referTo = ({ fullUrl }: Entry, display?: string): Reference => ({ reference: fullUrl, display })

/** A concept for which no code is confirmed: the words alone. */
export const inText = (text: string): Draft => ({ text })

export const coded = (system: string, code: string, display: string): Draft => ({
  coding: [{ system, code, display }],
  text: display,
})

export const hl7 = (name: string): string => `http://terminology.hl7.org/CodeSystem/${name}`
export const dicom = 'http://dicom.nema.org/resources/ontology/DCM'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const notFhirText = /[^\S \r\n\t]|[\u0000-\u001f\u007f\ud800-\udfff]/

/** What FHIR calls a string: no control characters, and of white space only these. */
const fhirText = (text: string): string =>
  notFhirText.test(text)
    ? text
        .toWellFormed()
        .replaceAll(/[^\S \r\n\t]/g, ' ')
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
        .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
    : text

function pruned(value: Draft): Json | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string') {
    const text = fhirText(value)
    return text.trim() === '' ? undefined : text
  }
  if (typeof value !== 'object') return value
  if (isList(value)) {
    const items: Json[] = []
    for (const item of value) {
      const kept = pruned(item)
      if (kept !== undefined) items.push(kept)
    }
    return items.length === 0 ? undefined : items
  }
  const members: { [member: string]: Json } = {}
  for (const name of Object.keys(value)) {
    const kept = pruned(value[name])
    if (kept !== undefined) members[name] = kept
  }
  return Object.keys(members).length === 0 ? undefined : members
}

const isList = (value: readonly Draft[] | { readonly [member: string]: Draft }): value is readonly Draft[] =>
  Array.isArray(value)
