import type { Device, DeviceStore, EnrolmentCode, EnrolmentStore } from '../store.ts'
import type { Sql } from './sql.ts'

const deviceColumns = `device_id AS "deviceId", public_key AS "publicKey", room_id AS "roomId", hostname,
  enrolled_at AS "enrolledAt", revoked_at AS "revokedAt"`

export function postgresDevices(sql: Sql): DeviceStore {
  return {
    async get(deviceId) {
      const [device] = await sql.rows<Device>(
        `SELECT ${deviceColumns} FROM scanside.devices WHERE device_id = $1`,
        [deviceId],
      )
      return device ?? null
    },
    list: () =>
      sql.rows<Device>(`SELECT ${deviceColumns} FROM scanside.devices ORDER BY room_id, enrolled_at`),
    async revoke(deviceId, at) {
      const known = await sql.changed(
        'UPDATE scanside.devices SET revoked_at = coalesce(revoked_at, $1) WHERE device_id = $2',
        [at, deviceId],
      )
      return known > 0
    },
    async revoked() {
      const rows = await sql.rows<{ deviceId: string }>(
        'SELECT device_id AS "deviceId" FROM scanside.devices WHERE revoked_at IS NOT NULL',
      )
      return rows.map(({ deviceId }) => deviceId)
    },
  }
}

export function postgresEnrolment(sql: Sql): EnrolmentStore {
  return {
    async addCode({ codeHash, roomId, expiresAt }) {
      await sql.rows(
        'INSERT INTO scanside.enrolment_codes (code_hash, room_id, expires_at) VALUES ($1, $2, $3)',
        [codeHash, roomId, expiresAt],
      )
    },
    async code(codeHash) {
      const [code] = await sql.rows<EnrolmentCode>(
        `SELECT code_hash AS "codeHash", room_id AS "roomId", expires_at AS "expiresAt", used_at AS "usedAt"
         FROM scanside.enrolment_codes WHERE code_hash = $1`,
        [codeHash],
      )
      return code ?? null
    },
    enrol: (codeHash, { deviceId, publicKey, roomId, hostname, enrolledAt }) =>
      sql.inTransaction(async (tx) => {
        const used = await tx.changed(
          `UPDATE scanside.enrolment_codes SET used_at = $1, device_id = $2
           WHERE code_hash = $3 AND used_at IS NULL`,
          [enrolledAt, deviceId, codeHash],
        )
        if (used === 0) return false
        await tx.rows(
          `INSERT INTO scanside.devices (device_id, public_key, room_id, hostname, enrolled_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (device_id) DO UPDATE SET
             room_id = excluded.room_id, hostname = excluded.hostname, enrolled_at = excluded.enrolled_at,
             revoked_at = NULL`,
          [deviceId, publicKey, roomId, hostname, enrolledAt],
        )
        return true
      }),
  }
}
