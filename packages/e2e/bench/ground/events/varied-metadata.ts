import { draw } from './draw.ts'

const WORDS = (
  'blue winter jacket waterproof shoes size leather wallet gift for dad cheap running trail lamp desk oak table ' +
  'garden hose kettle copper pan sharp knife wool scarf über café résumé naïve'
).split(' ')

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
]

type Shape = (index: number) => object

/** The first five are what pages send, the last what services send; a third of all are page views. */
const SHAPES: readonly Shape[] = [pageView, pageView, purchase, search, pageError, apiCall]

/** A JSON object as a shop's pages and services send it: 80 to 700 bytes, with ids and figures that hardly ever repeat. */
export function variedMetadata(page: string, index: number): string {
  const shape = SHAPES[draw(index, 20) % SHAPES.length] as Shape
  return JSON.stringify({ page, ...shape(index) })
}

function pageView(index: number): object {
  const [width, height] = pick(['1920x1080', '1440x900', '390x844', '412x915', '1366x768'], index, 21).split('x')
  return {
    title: phrase(index, 22, 3),
    referrer: `https://www.example-${draw(index, 23) % 500}.com/${pick(WORDS, index, 24)}?utm_source=mail&utm_campaign=${draw(index, 25) % 40}`,
    viewport: { width: Number(width), height: Number(height) },
    lang: pick(['en-GB', 'en-US', 'de-DE', 'fr-FR', 'ja-JP'], index, 26),
    session: hex(Math.floor(index / 7), 27, 32),
    scrolled: (draw(index, 28) % 1000) / 1000,
  }
}

function purchase(index: number): object {
  const items = Array.from({ length: 1 + (draw(index, 31) % 4) }, (_, i) => ({
    sku: `SKU-${draw(index, 40 + i) % 50_000}`,
    quantity: 1 + (draw(index, 50 + i) % 3),
    price: (draw(index, 60 + i) % 20_000) / 100,
  }))
  const amount = items.reduce((sum, { quantity, price }) => sum + quantity * price, 0)
  return {
    order: `ord_${hex(index, 32, 16)}`,
    amount: Math.round(amount * 100) / 100,
    currency: pick(['EUR', 'USD', 'GBP'], index, 33),
    items,
    coupon: draw(index, 34) % 5 === 0 ? phrase(index, 35, 1).toUpperCase() : null,
  }
}

function search(index: number): object {
  return {
    query: phrase(index, 71, 1 + (draw(index, 72) % 4)),
    results: draw(index, 73) % 400,
    took_ms: (draw(index, 74) % 90_000) / 1000,
    filters: { in_stock: draw(index, 75) % 2 === 0, max_price: 10 * (draw(index, 76) % 50) },
  }
}

function pageError(index: number): object {
  const line = () =>
    `at ${pick(WORDS, index, 81)} (https://shop.example.com/assets/app-${hex(draw(index, 82) % 30, 83, 8)}.js`
  return {
    message: `Cannot read properties of undefined (reading '${pick(WORDS, index, 84)}')`,
    stack: [`${line()}:1:${draw(index, 85) % 90_000})`, `${line()}:1:${draw(index, 86) % 90_000})`].join('\n'),
    release: `web@4.${draw(index, 87) % 30}.${draw(index, 88) % 6}`,
    browser: pick(BROWSERS, index, 89),
  }
}

function apiCall(index: number): object {
  return {
    method: pick(['GET', 'POST', 'PUT', 'DELETE'], index, 91),
    status: Number(pick(['200', '200', '200', '201', '204', '404', '500'], index, 92)),
    duration_ms: (draw(index, 93) % 2_000_000) / 1000,
    bytes: draw(index, 94) % 200_000,
    trace_id: hex(index, 95, 32),
    region: pick(['eu-west-1', 'us-east-1', 'ap-south-1'], index, 96),
  }
}

function pick(from: readonly string[], index: number, purpose: number): string {
  return from[draw(index, purpose) % from.length] as string
}

function phrase(index: number, purpose: number, words: number): string {
  return Array.from({ length: words }, (_, i) => pick(WORDS, index, purpose * 100 + i)).join(' ')
}

function hex(index: number, purpose: number, length: number): string {
  let text = ''
  for (let part = 0; text.length < length; part++) {
    text += draw(index, purpose * 1000 + part)
      .toString(16)
      .padStart(8, '0')
  }
  return text.slice(0, length)
}
