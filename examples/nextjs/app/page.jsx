import Link from 'next/link'
import { subscribe } from './actions.js'
import { SignUp } from './sign-up.jsx'

export default function Page() {
  return (
    <main>
      <SignUp />
      <form action={subscribe}>
        <input name="plan" defaultValue="pro" />
        <button id="subscribe">Subscribe</button>
      </form>
      <Link href="/pricing">Pricing</Link>
    </main>
  )
}
