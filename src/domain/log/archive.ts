import { z } from 'zod'
import { base64urlSchema, idSchema, instantSchema, sha256HexSchema } from '../ids.ts'

/** A file of an archive: a name without folders, and what its bytes are. */
const fileShape = {
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a file name without folders'),
  bytes: z.int().min(0),
  sha256: sha256HexSchema,
}

export const archiveFileSchema = z.discriminatedUnion('kind', [
  /** `keysFileSchema` */
  z.strictObject({ kind: z.literal('keys'), ...fileShape }),
  /** Consecutive entries of one device. */
  z.strictObject({
    kind: z.literal('log'),
    ...fileShape,
    device: idSchema,
    entries: z.int().min(1),
    /** `prev` is that of the first entry. */
    first: z.strictObject({ seq: z.int().min(1), prev: sha256HexSchema }),
    last: z.strictObject({ seq: z.int().min(1), hash: sha256HexSchema }),
  }),
  z.strictObject({ kind: z.literal('excerpt'), ...fileShape, device: idSchema, session: idSchema }),
])
export type ArchiveFile = z.infer<typeof archiveFileSchema>
export type ArchivedLog = Extract<ArchiveFile, { kind: 'log' }>

/** `manifest.json`: what a folder holds, signed by who made it. Parts of one archive are chained like entries. */
export const archiveManifestSchema = z.strictObject({
  manifest: z.strictObject({
    purpose: z.literal('scanside-archive'),
    v: z.literal(1),
    /** The name of `key`. */
    by: idSchema,
    signer: z.enum(['hub', 'workstation']),
    /** 1 for an archive's first part. */
    part: z.int().min(1),
    /** SHA-256 of the bytes of the part before it; 64 zeros for the first. */
    prev: sha256HexSchema,
    at: instantSchema,
    /** For people: what was asked for. */
    holds: z.string().max(300),
    /** Each log begins at its first entry, or where the journal in it says that a purge had ended. */
    whole: z.boolean(),
    files: z.array(archiveFileSchema),
  }),
  key: base64urlSchema.length(43),
  signature: base64urlSchema,
})
export type ArchiveManifest = z.infer<typeof archiveManifestSchema>

/** `keys.json`: who the devices are, and the hub. Physicians' keys are certified in their statements. */
export const keysFileSchema = z.strictObject({
  hub: base64urlSchema.nullable(),
  devices: z.array(
    z.strictObject({
      deviceId: idSchema,
      publicKey: base64urlSchema,
      roomId: z.string().nullable(),
      hostname: z.string().nullable(),
      enrolledAt: z.string().nullable(),
      revokedAt: z.string().nullable(),
    }),
  ),
})
export type KeysFile = z.infer<typeof keysFileSchema>

export const manifestName = 'manifest.json'
export const keysName = 'keys.json'

/** `000001`: so that they sort. */
export const partName = (part: number): string => String(part).padStart(6, '0')
export const isPartName = (name: string): boolean => /^\d{6,}$/.test(name)
/** What is not closed yet: a reader leaves it out. */
export const unfinished = (name: string): string => `${name}.part`
