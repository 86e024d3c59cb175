import { setTimeout as sleep } from 'node:timers/promises'
import router from '@adonisjs/core/services/router'

router.get('/', () => 'hello')
router.get('/later', () => sleep(30, 'later'))
router.get('/slow', () => {
  console.log('slow request begins')
  return sleep(700, 'slow')
})
router.post('/echo', async ({ request, response }) => response.stream(request.request))
