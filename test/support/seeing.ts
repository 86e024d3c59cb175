import axe from 'axe-core'
import type { DrivenPage } from './driven-page.ts'

/** What one would have to scroll to the side for. */
export async function tooWide(page: DrivenPage): Promise<string[]> {
  return page.evaluate(`document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] : [...document.body.querySelectorAll('*')]
    .filter((node) => node.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map((node) => node.outerHTML.slice(0, 120))`)
}

/** What comes in has come in. */
export async function settled(page: DrivenPage): Promise<void> {
  await page.until(
    'document.getAnimations().every(({ playState, effect }) => playState !== "running" || effect.getTiming().iterations === Infinity)',
  )
}

/** What is in the way of those who cannot see, point, or tell colours apart. */
export async function barriers(page: DrivenPage): Promise<string[]> {
  await settled(page)
  if (!(await page.evaluate('Boolean(window.axe)'))) await page.evaluate(`${axe.source};undefined`)
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`)
}
