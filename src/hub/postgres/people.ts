import type { Invite, Passkey, PhysicianStore } from '../store.ts'
import type { Sql } from './sql.ts'

type PasskeyRow = Omit<Passkey, 'transports'> & { readonly transports: string }

const passkeyColumns = `credential_id AS "credentialId", physician_id AS "physicianId",
  public_key AS "publicKey", counter, transports, created_at AS "createdAt"`

const passkeyOf = (row: PasskeyRow): Passkey => ({
  ...row,
  transports: row.transports.split(' ').filter((transport) => transport !== ''),
})

export function postgresPhysicians(sql: Sql): PhysicianStore {
  return {
    async addInvite({ codeHash, physicianId, expiresAt }) {
      await sql.rows(
        'INSERT INTO scanside.invites (code_hash, physician_id, expires_at) VALUES ($1, $2, $3)',
        [codeHash, physicianId, expiresAt],
      )
    },
    async invite(codeHash) {
      const [invite] = await sql.rows<Invite>(
        `SELECT code_hash AS "codeHash", physician_id AS "physicianId", expires_at AS "expiresAt",
           used_at AS "usedAt"
         FROM scanside.invites WHERE code_hash = $1`,
        [codeHash],
      )
      return invite ?? null
    },
    register: (codeHash, key) =>
      sql.inTransaction(async (tx) => {
        const used = await tx.changed(
          'UPDATE scanside.invites SET used_at = $1 WHERE code_hash = $2 AND used_at IS NULL',
          [key.createdAt, codeHash],
        )
        if (used === 0) return false
        const { credentialId, physicianId, publicKey, counter, transports, createdAt } = key
        await tx.rows(
          `INSERT INTO scanside.passkeys
             (credential_id, physician_id, public_key, counter, transports, created_at)
           VALUES ($1, $2, $3, $4, $5, $6)`,
          [credentialId, physicianId, publicKey, counter, transports.join(' '), createdAt],
        )
        return true
      }),
    async passkey(credentialId) {
      const [row] = await sql.rows<PasskeyRow>(
        `SELECT ${passkeyColumns} FROM scanside.passkeys WHERE credential_id = $1`,
        [credentialId],
      )
      return row ? passkeyOf(row) : null
    },
    async passkeysOf(physicianId) {
      const rows = await sql.rows<PasskeyRow>(
        `SELECT ${passkeyColumns} FROM scanside.passkeys WHERE physician_id = $1 ORDER BY created_at`,
        [physicianId],
      )
      return rows.map(passkeyOf)
    },
    async countUse(credentialId, counter) {
      await sql.rows('UPDATE scanside.passkeys SET counter = $1 WHERE credential_id = $2', [
        counter,
        credentialId,
      ])
    },
    async addCertificate({ publicKey, physicianId, issuedAt, expiresAt }) {
      await sql.rows(
        `INSERT INTO scanside.console_certificates (public_key, physician_id, issued_at, expires_at)
         VALUES ($1, $2, $3, $4)`,
        [publicKey, physicianId, issuedAt, expiresAt],
      )
    },
    async endSession(sessionId, expiresAt) {
      await sql.rows(
        'INSERT INTO scanside.ended_sessions (session_id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [sessionId, expiresAt],
      )
    },
    async isEnded(sessionId) {
      const rows = await sql.rows('SELECT 1 FROM scanside.ended_sessions WHERE session_id = $1', [sessionId])
      return rows.length > 0
    },
  }
}
