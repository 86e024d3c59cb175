// What pm2 runs, once for each worker.
import { serve } from './serve.js'

serve()
