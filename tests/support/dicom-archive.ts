import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type ListeningProgram, startListening } from './listening-program.ts'

/** A program that takes DICOM objects. */
export type Archive = ListeningProgram & { readonly files: string }

async function start(program: string, prepare: Parameters<typeof startListening>[2]): Promise<Archive> {
  const archive = await startListening(program, 'archive', prepare)
  return { ...archive, files: join(archive.folder, 'files') }
}

/** DCMTK's `storescp`: writes what it takes into its folder. */
export function startStorescp(program: string): Promise<Archive> {
  return start(program, async (folder) => {
    const port = await freePort()
    const files = join(folder, 'files')
    mkdirSync(files)
    return { port, args: ['--output-directory', files, '--aetitle', 'ARCHIVE', String(port)] }
  })
}

export async function startOrthanc(program: string): Promise<Archive & { readonly http: string }> {
  const httpPort = await freePort()
  const archive = await start(program, async (folder) => {
    const port = await freePort()
    const file = join(folder, 'orthanc.json')
    const configuration = {
      Name: 'Scanside test',
      StorageDirectory: join(folder, 'files'),
      IndexDirectory: join(folder, 'index'),
      HttpPort: httpPort,
      RemoteAccessAllowed: false,
      AuthenticationEnabled: false,
      DicomPort: port,
      DicomAet: 'ARCHIVE',
      DicomCheckCalledAet: true,
      DicomAlwaysAllowStore: true,
      Plugins: [],
    }
    writeFileSync(file, JSON.stringify(configuration))
    return { port, args: [file] }
  })
  return { ...archive, http: `http://127.0.0.1:${httpPort}` }
}
