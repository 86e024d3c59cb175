import connect from 'connect'
import { answer } from './answer.js'

export const app = connect().use(answer)
