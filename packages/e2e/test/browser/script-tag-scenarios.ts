import { trackAndLeave } from './scenario.ts'
import type { Scenario } from './scenario.ts'

/** What only a script tag has: calls made before the SDK is there. */
export const scriptTagScenarios: readonly Scenario[] = [
  {
    name: 'calls made before the script is there, then navigation in the same task as more of them',
    tracked: 20,
    withoutReturn: true,
    after: `
if (!localStorage.getItem('visited')) for (let n = 1; n <= 10; n++) window.subject.track(n, '')
localStorage.setItem('visited', 'yes')`,
    async run({ open }) {
      const page = await open()
      await page.waitForFunction(() => !('q' in (window as unknown as { truecount: object }).truecount))
      await trackAndLeave(page, 11, 20)
    },
  },
]
