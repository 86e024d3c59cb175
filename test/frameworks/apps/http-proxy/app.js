import httpProxy from 'http-proxy'

const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${process.env.UPSTREAM}` })

export function app(request, response) {
  if (request.url === '/slow') console.log('slow request begins')
  proxy.web(request, response)
}
