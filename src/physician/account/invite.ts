/** The code in what a person pasted: the code itself, or a link that carries it. Null when there is none. */
export function inviteCodeOf(pasted: string): string | null {
  const text = pasted.trim()
  if (text === '') return null
  if (!/^https?:\/\//i.test(text)) return text
  try {
    return new URL(text).searchParams.get('code')
  } catch {
    return null
  }
}
