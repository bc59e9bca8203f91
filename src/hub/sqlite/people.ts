import type BetterSqlite3 from 'better-sqlite3'
import type { Invite, IssuedCertificate, Passkey, PhysicianStore } from '../store.ts'

type PasskeyRow = Omit<Passkey, 'transports'> & { readonly transports: string }

const passkeyColumns = `credential_id AS credentialId, physician_id AS physicianId, public_key AS publicKey,
  counter, transports, created_at AS createdAt`

const passkeyOf = (row: PasskeyRow): Passkey => ({
  ...row,
  transports: row.transports.split(' ').filter((transport) => transport !== ''),
})

export function sqlitePhysicians(db: BetterSqlite3.Database): PhysicianStore {
  const addInvite = db.prepare<Omit<Invite, 'usedAt'>>(
    'INSERT INTO invites (code_hash, physician_id, expires_at) VALUES (@codeHash, @physicianId, @expiresAt)',
  )
  const invite = db.prepare<[string], Invite>(
    `SELECT code_hash AS codeHash, physician_id AS physicianId, expires_at AS expiresAt, used_at AS usedAt
     FROM invites WHERE code_hash = ?`,
  )
  const useInvite = db.prepare<[string, string]>(
    'UPDATE invites SET used_at = ? WHERE code_hash = ? AND used_at IS NULL',
  )
  const addPasskey = db.prepare<PasskeyRow>(
    `INSERT INTO passkeys (credential_id, physician_id, public_key, counter, transports, created_at)
     VALUES (@credentialId, @physicianId, @publicKey, @counter, @transports, @createdAt)`,
  )
  const passkey = db.prepare<[string], PasskeyRow>(
    `SELECT ${passkeyColumns} FROM passkeys WHERE credential_id = ?`,
  )
  const passkeysOf = db.prepare<[string], PasskeyRow>(
    `SELECT ${passkeyColumns} FROM passkeys WHERE physician_id = ?`,
  )
  const countUse = db.prepare<[number, string]>('UPDATE passkeys SET counter = ? WHERE credential_id = ?')
  const addCertificate = db.prepare<IssuedCertificate>(
    `INSERT INTO console_certificates (public_key, physician_id, issued_at, expires_at)
     VALUES (@publicKey, @physicianId, @issuedAt, @expiresAt)`,
  )
  const endSession = db.prepare<[string, string]>(
    'INSERT INTO ended_sessions (session_id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const isEnded = db.prepare<[string], number>('SELECT 1 FROM ended_sessions WHERE session_id = ?').pluck()

  const register = db.transaction((codeHash: string, key: Passkey) => {
    if (useInvite.run(key.createdAt, codeHash).changes === 0) return false
    addPasskey.run({ ...key, transports: key.transports.join(' ') })
    return true
  })
  return {
    addInvite: async (row) => void addInvite.run(row),
    invite: async (codeHash) => invite.get(codeHash) ?? null,
    register: async (codeHash, key) => register.immediate(codeHash, key),
    async passkey(credentialId) {
      const row = passkey.get(credentialId)
      return row ? passkeyOf(row) : null
    },
    passkeysOf: async (physicianId) => passkeysOf.all(physicianId).map(passkeyOf),
    countUse: async (credentialId, counter) => void countUse.run(counter, credentialId),
    addCertificate: async (row) => void addCertificate.run(row),
    endSession: async (sessionId, expiresAt) => void endSession.run(sessionId, expiresAt),
    isEnded: async (sessionId) => isEnded.get(sessionId) !== undefined,
  }
}
