import { index, route } from '@react-router/dev/routes'

export default [
  index('routes/hello.js'),
  route('later', 'routes/later.js'),
  route('slow', 'routes/slow.js'),
  route('echo', 'routes/echo.js'),
  route('page', 'routes/page.jsx'),
]
