/** Markup that is safe to put into a page as it is. Only `html` and `raw` make it. */
export type Html = { readonly markup: string }

type Part = string | number | Html | readonly Html[] | null

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text that this program wrote itself, such as a style sheet. */
export const raw = (markup: string): Html => ({ markup })

const part = (value: Part): string => {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return value.replaceAll(/[&<>"']/g, (c) => escapes[c] ?? c)
  if ('markup' in value) return value.markup
  return value.map((item) => item.markup).join('')
}

/** Builds markup; every text put into it is escaped. */
export const html = (strings: TemplateStringsArray, ...values: readonly Part[]): Html =>
  raw(strings.map((text, index) => text + part(values[index] ?? null)).join(''))

/** A table with a caption for those who cannot see its place in the page. */
export const table = (
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
): Html => html`<table>
<caption>${caption}</caption>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table>`

/** Names and values beside each other. */
export const facts = (pairs: readonly (readonly [string, string | Html])[]): Html =>
  html`<dl>${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`

export const section = (title: string, ...content: readonly Html[]): Html =>
  html`<section><h2>${title}</h2>${content}</section>`
