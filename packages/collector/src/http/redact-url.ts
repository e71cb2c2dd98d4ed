const KEY = /tc_(pk|sk)_[\w-]+/g

/** A request's path and query as a log may keep them: no key, wherever it stands. */
export function redactUrl(url: string): string {
  const [path = '', ...rest] = url.split('?')
  const query = rest.join('?').split('&').map(redactParameter).join('&')
  return (query === '' ? path : `${path}?${query}`).replace(KEY, 'tc_$1_redacted')
}

function redactParameter(parameter: string): string {
  const [[name, value] = ['', '']] = new URLSearchParams(parameter)
  return name.toLowerCase() === 'key' || /^tc_[ps]k_/.test(value) ? 'key=redacted' : parameter
}
