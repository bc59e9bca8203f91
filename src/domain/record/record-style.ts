import { type Html, raw } from './html.ts'

/** One style sheet for paper (A4 or Letter) and screen. States are told apart by words and hatching, then by colour. */
export const recordStyle = (accession: string): Html =>
  raw(`
@page { margin: 17mm 15mm 18mm; @bottom-left { content: "Supervision record, exam ${inCss(accession)}"; font: 8pt sans-serif; color: #555 }
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt sans-serif; color: #555 } }
:root { color-scheme: light }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 182mm; padding: 8mm 0; color: #16191d; background: #fff;
  font: 9.5pt/1.42 "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, sans-serif }
@media print { body { padding: 0; max-width: none } }
@media screen and (max-width: 190mm) { body { padding: 5mm } }
header { border-bottom: 1.2pt solid #16191d; padding-bottom: 3mm; margin-bottom: 4mm }
h1 { font: 600 19pt/1.15 Georgia, "Times New Roman", serif; margin: 0 0 1mm }
.method { font-size: 10.5pt; margin: 0 }
.where { color: #4a5158; margin: 1.5mm 0 0 }
h2 { font: 600 11.5pt/1.2 Georgia, "Times New Roman", serif; margin: 0 0 1.8mm; break-after: avoid }
h3 { font-size: 9.5pt; margin: 3mm 0 1mm; break-after: avoid }
section { margin: 0 0 5.5mm }
p { margin: 0 0 1.6mm }
dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1.6mm 6mm; margin: 0 0 2mm }
dt { color: #4a5158; font-size: 8pt }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; margin: 0 0 2mm; font-size: 8.8pt }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
th { text-align: left; font-weight: 600; color: #4a5158; font-size: 8pt; border-bottom: .8pt solid #8a9299 }
th, td { padding: 1.1mm 3mm 1.1mm 0; vertical-align: top; font-variant-numeric: tabular-nums }
td { border-bottom: .4pt solid #d5d9dd; overflow-wrap: break-word }
tr { break-inside: avoid }
thead { display: table-header-group }
tbody tr:first-child { break-before: avoid }
.short { border: .8pt solid #16191d; padding: 3mm 4mm 2mm; margin-bottom: 6mm; break-inside: avoid }
.short ul { list-style: none; margin: 0; padding: 0 }
.short li { padding: .7mm 0 .7mm 7mm; text-indent: -7mm }
.mark { display: inline-block; width: 7mm; text-indent: 0; font-weight: 700 }
.warn { font-weight: 600 }
.stamp { border: 1pt solid #8f1d14; color: #8f1d14; padding: .2mm 1.4mm; font-weight: 700; font-size: 8pt; white-space: nowrap }
.note { color: #4a5158; font-size: 8.5pt }
code { font: 7.8pt/1.35 "Cascadia Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere }
figure { margin: 0 0 3mm; break-inside: avoid }
figure svg { display: block; width: 100%; height: auto }
.whole, .timeline td:nth-child(-n+3) { white-space: nowrap }
`)

/** Every character by its number: whatever an accession number holds, it cannot leave the quotes or the style. */
const inCss = (text: string): string =>
  Array.from(text, (c) => `\\${(c.codePointAt(0) ?? 0).toString(16)} `).join('')
