/** A DICOM data set by the keywords of PS3.6, as dcmjs writes it. */
export type DicomDataset = { readonly [keyword: string]: DicomValue }
export type DicomValue = string | number | DicomDataset | readonly DicomDataset[]

export type Code = readonly [value: string, scheme: 'DCM' | 'SCT' | 'UCUM', meaning: string]

/** One content item of a structured report; null where there is nothing to say. */
export type Item = DicomDataset | null
type Relationship = 'CONTAINS' | 'HAS OBS CONTEXT' | 'HAS PROPERTIES'

export const codeItem = ([value, scheme, meaning]: Code): DicomDataset => ({
  CodeValue: value,
  CodingSchemeDesignator: scheme,
  CodeMeaning: meaning,
})

const item = (
  relationship: Relationship,
  valueType: string,
  concept: Code,
  value: DicomDataset,
  children: readonly Item[] = [],
): DicomDataset => ({
  RelationshipType: relationship,
  ValueType: valueType,
  ConceptNameCodeSequence: [codeItem(concept)],
  ...value,
  ...contentOf(children),
})

/** An empty sequence is not allowed, so a leaf has none. */
export const contentOf = (children: readonly Item[]): DicomDataset => {
  const said = children.filter((child) => child !== null)
  return said.length === 0 ? {} : { ContentSequence: said }
}

export const container = (concept: Code, children: readonly Item[]): Item =>
  children.every((child) => child === null)
    ? null
    : item('CONTAINS', 'CONTAINER', concept, { ContinuityOfContent: 'SEPARATE' }, children)

export function text(
  concept: Code,
  words: string | null,
  children: readonly Item[] = [],
  relationship: Relationship = 'CONTAINS',
): Item {
  const said = words === null ? '' : plainText(words)
  return said === '' ? null : item(relationship, 'TEXT', concept, { TextValue: said }, children)
}

export const dateTime = (
  concept: Code,
  instant: string | null,
  relationship: Relationship = 'CONTAINS',
): Item =>
  instant === null ? null : item(relationship, 'DATETIME', concept, { DateTime: dicomDateTime(instant) })

export const uidRef = (concept: Code, uid: string, relationship: Relationship = 'CONTAINS'): Item =>
  item(relationship, 'UIDREF', concept, { UID: uid })

export function person(concept: Code, name: string | null, relationship: Relationship = 'CONTAINS'): Item {
  const said = name === null ? '' : personName(name)
  return said === '' ? null : item(relationship, 'PNAME', concept, { PersonName: said })
}

export const coded = (concept: Code, value: Code, relationship: Relationship): Item =>
  item(relationship, 'CODE', concept, { ConceptCodeSequence: [codeItem(value)] })

export const measured = (concept: Code, value: number, unit: Code, children: readonly Item[]): Item =>
  item(
    'CONTAINS',
    'NUM',
    concept,
    {
      MeasuredValueSequence: [
        { MeasurementUnitsCodeSequence: [codeItem(unit)], NumericValue: decimal(value) },
      ],
    },
    children,
  )

/** DS: at most 16 characters. */
export const decimal = (value: number): string => {
  const plain = String(value)
  return plain.length <= 16 ? plain : value.toPrecision(9)
}

/** `20261124093000.000`, in UTC: the data set says so for all of its times, because DCMTK 3.6.7 refuses the offset here. */
export const dicomDateTime = (instant: string): string => `${dicomDate(instant)}${dicomTime(instant)}`
export const dicomDate = (instant: string): string => instant.slice(0, 10).replaceAll('-', '')
export const dicomTime = (instant: string): string => instant.slice(11, 23).replaceAll(':', '')

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g

export const plainText = (words: string): string => words.toWellFormed().replaceAll(controls, '\ufffd').trim()

/** One value of at most so many characters: what parts values in DICOM must not stand in it. */
export const short = (words: string, length: number): string =>
  Array.from(plainText(words).replaceAll(/[\\\s]+/g, ' '))
    .slice(0, length)
    .join('')
    .trim()

/** `Family^Given` from `Family, Given`; a name that is written otherwise stays one component. */
export function personName(name: string): string {
  const plain = short(name.replaceAll('=', ' '), 64)
  const parts = plain.split(',').map((part) => part.trim())
  return plain.includes('^') || parts.length !== 2 ? plain : parts.join('^')
}
