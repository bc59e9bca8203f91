/**
 * Browsers slow the timers of hidden pages down to one a second, and later to one a minute. A worker's are left
 * alone, so the page's time comes from here: an alarm must not sleep because another tab is in front.
 */
addEventListener('message', ({ data }: MessageEvent<{ readonly id: number; readonly delayMs: number }>) => {
  setTimeout(() => postMessage(data.id), data.delayMs)
})
