import { Analytics } from './analytics.jsx'

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <Analytics>{children}</Analytics>
      </body>
    </html>
  )
}
