import type BetterSqlite3 from 'better-sqlite3'
import type { Device, DeviceStore, EnrolmentCode, EnrolmentStore } from '../store.ts'

const deviceColumns = `device_id AS deviceId, public_key AS publicKey, room_id AS roomId, hostname,
  enrolled_at AS enrolledAt, revoked_at AS revokedAt`

export function sqliteDevices(db: BetterSqlite3.Database): DeviceStore {
  const get = db.prepare<[string], Device>(`SELECT ${deviceColumns} FROM devices WHERE device_id = ?`)
  const list = db.prepare<[], Device>(`SELECT ${deviceColumns} FROM devices ORDER BY room_id, enrolled_at`)
  const revoke = db.prepare<[string, string]>(
    'UPDATE devices SET revoked_at = coalesce(revoked_at, ?) WHERE device_id = ?',
  )
  const revoked = db.prepare<[], string>('SELECT device_id FROM devices WHERE revoked_at IS NOT NULL').pluck()
  return {
    get: async (deviceId) => get.get(deviceId) ?? null,
    list: async () => list.all(),
    revoke: async (deviceId, at) => revoke.run(at, deviceId).changes > 0,
    revoked: async () => revoked.all(),
  }
}

export function sqliteEnrolment(db: BetterSqlite3.Database): EnrolmentStore {
  const addCode = db.prepare<Omit<EnrolmentCode, 'usedAt'>>(
    'INSERT INTO enrolment_codes (code_hash, room_id, expires_at) VALUES (@codeHash, @roomId, @expiresAt)',
  )
  const code = db.prepare<[string], EnrolmentCode>(
    `SELECT code_hash AS codeHash, room_id AS roomId, expires_at AS expiresAt, used_at AS usedAt
     FROM enrolment_codes WHERE code_hash = ?`,
  )
  const useCode = db.prepare<[string, string, string]>(
    'UPDATE enrolment_codes SET used_at = ?, device_id = ? WHERE code_hash = ? AND used_at IS NULL',
  )
  const addDevice = db.prepare<Omit<Device, 'revokedAt'>>(
    `INSERT INTO devices (device_id, public_key, room_id, hostname, enrolled_at)
     VALUES (@deviceId, @publicKey, @roomId, @hostname, @enrolledAt)
     ON CONFLICT (device_id) DO UPDATE SET
       room_id = excluded.room_id, hostname = excluded.hostname, enrolled_at = excluded.enrolled_at,
       revoked_at = NULL`,
  )
  const enrol = db.transaction((codeHash: string, device: Omit<Device, 'revokedAt'>) => {
    if (useCode.run(device.enrolledAt, device.deviceId, codeHash).changes === 0) return false
    addDevice.run(device)
    return true
  })
  return {
    addCode: async (row) => void addCode.run(row),
    code: async (codeHash) => code.get(codeHash) ?? null,
    enrol: async (codeHash, device) => enrol.immediate(codeHash, device),
  }
}
