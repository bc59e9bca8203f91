import { data } from 'dcmjs'
import type { DicomDataset } from '../../domain/record/sr/content.ts'

const { DicomDict, DicomMetaDictionary } = data

const explicitLittleEndian = '1.2.840.10008.1.2.1'
/** Of this program: a UUID of its own under 2.25. */
const implementationUid = '2.25.118177815348411104807475311503795643729'

/** A data set as a DICOM file (PS3.10). Loaded lazily: its library is of no use before a record is saved. */
export function dicomFile(dataset: DicomDataset): Buffer {
  const meta = DicomMetaDictionary.denaturalizeDataset({
    FileMetaInformationVersion: new Uint8Array([0, 1]).buffer,
    MediaStorageSOPClassUID: dataset.SOPClassUID,
    MediaStorageSOPInstanceUID: dataset.SOPInstanceUID,
    TransferSyntaxUID: explicitLittleEndian,
    ImplementationClassUID: implementationUid,
    ImplementationVersionName: 'SCANSIDE',
  })
  const file = new DicomDict(meta)
  file.dict = DicomMetaDictionary.denaturalizeDataset(dataset)
  return Buffer.from(file.write())
}
