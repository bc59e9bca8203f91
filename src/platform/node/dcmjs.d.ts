/** What we use of dcmjs, which brings no types. */
declare module 'dcmjs' {
  export const data: {
    readonly DicomDict: new (meta: object) => { dict: object; readonly write: () => ArrayBuffer }
    readonly DicomMetaDictionary: { readonly denaturalizeDataset: (dataset: object) => object }
  }
  export const log: { readonly setLevel: (level: string) => void }
}
